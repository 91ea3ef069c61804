using System.Buffers;
using SkiaSharp;

namespace MLExtensions.Transforms.Images;

/// <summary>
/// Brings a decoded picture into the wanted format: upright, resized, transparent parts white, grey repeated as colour or colour weighed to grey
/// (0.299 red + 0.587 green + 0.114 blue, ITU-R BT.601).
/// </summary>
internal static class PixelWriter
{
    private const float White = 255;

    /// <summary>Writes the pixels.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="format">What it becomes.</param>
    /// <param name="target">[channels * height * width]</param>
    public static void Write(DecodedPicture picture, PixelFormat format, Span<byte> target)
    {
        bool turned = picture.Origin >= SKEncodedOrigin.LeftTop; // sides are exchanged
        (int width, int height) = turned ? (format.Height, format.Width) : (format.Width, format.Height); // in stored direction
        Area area = Area.Of(picture.Width, picture.Height, width, height, format.Fit);
        Resampler columns = Resampler.Of(picture.Width, area.Left, area.SourceWidth, area.Width);
        Resampler rows = Resampler.Of(picture.Height, area.Top, area.SourceHeight, area.Height);
        int length = 3 * area.Width;
        float[] lines = ArrayPool<float>.Shared.Rent(picture.Height * length); // each source row, resized along the row
        float[] line = ArrayPool<float>.Shared.Rent(length);
        try
        {
            int lastRow = rows.First[^1] + rows.Weights[^1].Length;
            for (int y = rows.First[0]; y < lastRow; y++)
                ResizeRow(picture, y, columns, lines.AsSpan(y * length, length));
            target.Fill((byte)White);
            for (int y = 0; y < area.Height; y++)
            {
                Span<float> sum = line.AsSpan(0, length);
                sum.Clear();
                for (int j = 0; j < rows.Weights[y].Length; j++)
                    System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(lines.AsSpan((rows.First[y] + j) * length, length), rows.Weights[y][j], sum, sum);
                for (int x = 0; x < area.Width; x++)
                {
                    (int column, int row) = Upright(picture.Origin, area.X + x, area.Y + y, width, height);
                    Set(format, target, (row * format.Width) + column, sum[3 * x], sum[(3 * x) + 1], sum[(3 * x) + 2]);
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(lines);
            ArrayPool<float>.Shared.Return(line);
        }
    }

    private static void ResizeRow(DecodedPicture picture, int y, Resampler columns, Span<float> line)
    {
        ReadOnlySpan<byte> source = picture.Pixels.Slice(y * picture.Width * 4, picture.Width * 4);
        for (int x = 0; x < columns.First.Length; x++)
        {
            float red = 0, green = 0, blue = 0;
            ReadOnlySpan<byte> pixel = source[(columns.First[x] * 4)..];
            foreach (float weight in columns.Weights[x])
            {
                if (picture.Opaque)
                {
                    red += weight * pixel[0];
                    green += weight * pixel[1];
                    blue += weight * pixel[2];
                }
                else
                {
                    float white = White - pixel[3]; // the share of the background
                    float share = picture.Premultiplied ? 1 : pixel[3] / White;
                    red += weight * ((share * pixel[0]) + white);
                    green += weight * ((share * pixel[1]) + white);
                    blue += weight * ((share * pixel[2]) + white);
                }

                pixel = pixel[4..];
            }

            line[3 * x] = red;
            line[(3 * x) + 1] = green;
            line[(3 * x) + 2] = blue;
        }
    }

    private static void Set(PixelFormat format, Span<byte> target, int place, float red, float green, float blue)
    {
        if (format.Channels == 1)
        {
            target[place] = Round((0.299f * red) + (0.587f * green) + (0.114f * blue));
            return;
        }

        int plane = format.Width * format.Height;
        target[place] = Round(red);
        target[plane + place] = Round(green);
        target[(2 * plane) + place] = Round(blue);
    }

    private static byte Round(float value) => (byte)Math.Clamp(value + 0.5f, 0, White);

    // From a pixel of the stored picture, width x height, to its place in the upright one (Exif, tag Orientation).
    internal static (int Column, int Row) Upright(SKEncodedOrigin origin, int x, int y, int width, int height) => origin switch
    {
        SKEncodedOrigin.TopRight => (width - 1 - x, y),
        SKEncodedOrigin.BottomRight => (width - 1 - x, height - 1 - y),
        SKEncodedOrigin.BottomLeft => (x, height - 1 - y),
        SKEncodedOrigin.LeftTop => (y, x),
        SKEncodedOrigin.RightTop => (height - 1 - y, x),
        SKEncodedOrigin.RightBottom => (height - 1 - y, width - 1 - x),
        SKEncodedOrigin.LeftBottom => (y, width - 1 - x),
        _ => (x, y),
    };

    /// <summary>Which part of the source goes to which part of the target.</summary>
    private readonly record struct Area(double Left, double Top, double SourceWidth, double SourceHeight, int X, int Y, int Width, int Height)
    {
        public static Area Of(int sourceWidth, int sourceHeight, int width, int height, ImageFit fit)
        {
            double scale = fit == ImageFit.Pad
                ? Math.Min((double)width / sourceWidth, (double)height / sourceHeight)
                : Math.Max((double)width / sourceWidth, (double)height / sourceHeight);
            if (fit == ImageFit.Stretch)
                return new Area(0, 0, sourceWidth, sourceHeight, 0, 0, width, height);
            if (fit == ImageFit.Crop)
            {
                double usedWidth = Math.Min(sourceWidth, width / scale), usedHeight = Math.Min(sourceHeight, height / scale);
                return new Area((sourceWidth - usedWidth) / 2, (sourceHeight - usedHeight) / 2, usedWidth, usedHeight, 0, 0, width, height);
            }

            int shownWidth = Math.Clamp((int)Math.Round(sourceWidth * scale), 1, width), shownHeight = Math.Clamp((int)Math.Round(sourceHeight * scale), 1, height);
            return new Area(0, 0, sourceWidth, sourceHeight, (width - shownWidth) / 2, (height - shownHeight) / 2, shownWidth, shownHeight);
        }
    }
}
