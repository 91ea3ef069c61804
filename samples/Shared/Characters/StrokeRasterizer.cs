using System.Numerics;

namespace MLExtensions.Samples.Shared.Characters;

/// <summary>Draws round-ended lines with soft edges into a grey picture: a pixel's brightness falls from 1 to 0 over one pixel at a line's rim.</summary>
internal static class StrokeRasterizer
{
    /// <summary>Draws the line from <paramref name="a"/> to <paramref name="b"/>; where lines overlap, the brighter one stays.</summary>
    /// <param name="pixels">[side * side], row by row.</param>
    /// <param name="side">Pixels per side.</param>
    /// <param name="a">One end, in pixels; pixel (0, 0) has its centre at (0, 0).</param>
    /// <param name="b">The other end; may equal <paramref name="a"/>.</param>
    /// <param name="radius">Half the line's thickness.</param>
    public static void DrawLine(Span<float> pixels, int side, Vector2 a, Vector2 b, float radius)
    {
        float reach = radius + 0.5f;
        int left = Math.Max(0, (int)MathF.Ceiling(MathF.Min(a.X, b.X) - reach));
        int right = Math.Min(side - 1, (int)MathF.Floor(MathF.Max(a.X, b.X) + reach));
        int top = Math.Max(0, (int)MathF.Ceiling(MathF.Min(a.Y, b.Y) - reach));
        int bottom = Math.Min(side - 1, (int)MathF.Floor(MathF.Max(a.Y, b.Y) + reach));
        var direction = b - a;
        float lengthSquared = direction.LengthSquared();
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                var point = new Vector2(x, y) - a;
                float along = lengthSquared > 0 ? Math.Clamp(Vector2.Dot(point, direction) / lengthSquared, 0, 1) : 0;
                float brightness = Math.Clamp(reach - (point - along * direction).Length(), 0, 1);
                ref float pixel = ref pixels[y * side + x];
                pixel = MathF.Max(pixel, brightness);
            }
        }
    }
}
