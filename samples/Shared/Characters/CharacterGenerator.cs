using System.Numerics;

namespace MLExtensions.Samples.Shared.Characters;

/// <summary>Draws characters from their strokes, each with its own slant, size, place, thickness, tremble and noise.</summary>
/// <remarks>The same seed, labels and style give the same pictures; picture number i does not depend on how many are drawn.</remarks>
public static class CharacterGenerator
{
    private const float BoxSide = 20;
    private const float Center = (CharacterRow.Side - 1) / 2f;

    /// <summary>Draws <paramref name="count"/> characters, all labels equally often (within one) and in mixed order.</summary>
    /// <param name="labels">What to draw, of <see cref="Alphabet.DigitsAndLetters"/>; at least one.</param>
    /// <param name="count">How many pictures; at least 0.</param>
    /// <param name="seed">Any number.</param>
    /// <param name="style">How much they vary; <see cref="CharacterStyle.Handwriting"/> when null.</param>
    /// <returns>Rows with pixels from 0 to 1.</returns>
    /// <exception cref="ArgumentException">No label, or one without strokes.</exception>
    public static IReadOnlyList<CharacterRow> Draw(IReadOnlyList<string> labels, int count, int seed, CharacterStyle? style = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (labels.Count == 0)
            throw new ArgumentException("There is no label to draw; give at least one.", nameof(labels));
        style ??= CharacterStyle.Handwriting;
        var rows = new CharacterRow[count];
        string[] round = [];
        for (int i = 0; i < count; i++)
        {
            if (i % labels.Count == 0)
            {
                round = [.. labels];
                RandomFor(seed, -1 - i).Shuffle(round);
            }
            rows[i] = DrawOne(round[i % labels.Count], RandomFor(seed, i), style);
        }
        return rows;
    }

    private static Random RandomFor(int seed, int index) => new(HashOf((uint)seed, (uint)index));

    /// <summary>Mixes two numbers so that neighbours give unrelated generators; the same on every machine and in every process.</summary>
    private static int HashOf(uint seed, uint index)
    {
        ulong z = ((ulong)seed << 32 | index) + 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return (int)(z ^ z >> 31);
    }

    private static CharacterRow DrawOne(string label, Random random, CharacterStyle style)
    {
        var place = RandomPlace(random, style);
        float radius = Between(random, style.MinThickness, style.MaxThickness) / 2;
        var pixels = new float[CharacterRow.PixelCount];
        foreach (var stroke in Alphabet.Strokes(label, style.PlainDigits))
        {
            var from = Tremble(Vector2.Transform(stroke[0], place), random, style);
            foreach (var point in stroke.AsSpan(1))
            {
                var to = Tremble(Vector2.Transform(point, place), random, style);
                StrokeRasterizer.DrawLine(pixels, CharacterRow.Side, from, to, radius);
                from = to;
            }
        }
        AddNoise(pixels, random, style.Noise);
        return new CharacterRow { Pixels = pixels, Label = label };
    }

    /// <summary>From the unit box to pixels: size, slant, turn, shift.</summary>
    private static Matrix3x2 RandomPlace(Random random, CharacterStyle style)
    {
        var scale = new Vector2(Between(random, style.MinScale, style.MaxScale), Between(random, style.MinScale, style.MaxScale)) * BoxSide;
        float slant = style.MeanSlant + Between(random, -style.MaxSlant, style.MaxSlant);
        float turn = Between(random, -style.MaxRotation, style.MaxRotation);
        var shift = new Vector2(Between(random, -style.MaxShift, style.MaxShift), Between(random, -style.MaxShift, style.MaxShift));
        return Matrix3x2.CreateTranslation(-0.5f, -0.5f)
            * Matrix3x2.CreateScale(scale)
            * new Matrix3x2(1, 0, -slant, 1, 0, 0)
            * Matrix3x2.CreateRotation(turn)
            * Matrix3x2.CreateTranslation(new Vector2(Center) + shift);
    }

    private static Vector2 Tremble(Vector2 point, Random random, CharacterStyle style)
    {
        var (x, y) = NormalPair(random);
        return point + new Vector2(x, y) * style.Jitter;
    }

    private static void AddNoise(Span<float> pixels, Random random, float deviation)
    {
        if (deviation <= 0)
            return;
        for (int i = 0; i < pixels.Length; i += 2)
        {
            var (a, b) = NormalPair(random);
            pixels[i] = Math.Clamp(pixels[i] + a * deviation, 0, 1);
            pixels[i + 1] = Math.Clamp(pixels[i + 1] + b * deviation, 0, 1);
        }
    }

    private static (float First, float Second) NormalPair(Random random)
    {
        float length = MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle()));
        var (sin, cos) = MathF.SinCos(random.NextSingle() * MathF.Tau);
        return (length * cos, length * sin);
    }

    private static float Between(Random random, float low, float high) => low + (high - low) * random.NextSingle();
}
