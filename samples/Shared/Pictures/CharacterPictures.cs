using Microsoft.ML.Data;
using MLExtensions.Samples.Shared.Characters;

namespace MLExtensions.Samples.Shared.Pictures;

/// <summary>Writes drawn characters as coloured PNG files, a folder for each character: bright ink on darker ground, all colours.</summary>
public static class CharacterPictures
{
    /// <summary>Pixels per side of a file.</summary>
    public const int Side = 32;

    private const int Margin = (Side - CharacterRow.Side) / 2;
    private const int DarkestInk = 100;
    private const int BrightestGround = 100;

    // Untidy enough that a net errs now and then.
    private static readonly CharacterStyle Untidy = new() { MaxRotation = 0.35f, MinScale = 0.55f, MaxScale = 0.95f, Jitter = 1.1f, Noise = 0.3f };

    /// <summary>Five pairs of characters that are easily mistaken for each other.</summary>
    public static IReadOnlyList<string> Confusable { get; } = ["0", "1", "2", "5", "8", "B", "I", "O", "S", "Z"];

    /// <summary>Draws and writes pictures.</summary>
    /// <param name="folder">Where the class folders go; made when missing.</param>
    /// <param name="labels">What to draw.</param>
    /// <param name="perLabel">Pictures of each.</param>
    /// <param name="seed">Any number; the same gives the same files.</param>
    public static void Write(string folder, IReadOnlyList<string> labels, int perLabel, int seed)
    {
        var random = new Random(seed);
        var rows = CharacterGenerator.Draw(labels, labels.Count * perLabel, seed, Untidy);
        var pixels = new byte[Side * Side * 4];
        for (int i = 0; i < rows.Count; i++)
        {
            string classFolder = Directory.CreateDirectory(Path.Combine(folder, rows[i].Label)).FullName;
            Paint(rows[i].Pixels, pixels, random);
            using var image = MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Rgba32, pixels);
            image.Save(Path.Combine(classFolder, $"{i:d5}.png"));
        }
    }

    private static void Paint(float[] brightness, byte[] pixels, Random random)
    {
        Span<int> ground = stackalloc int[3], ink = stackalloc int[3];
        for (int c = 0; c < 3; c++)
            (ground[c], ink[c]) = (random.Next(BrightestGround), random.Next(DarkestInk, 256));
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
            {
                (int row, int column) = (y - Margin, x - Margin);
                float share = row is >= 0 and < CharacterRow.Side && column is >= 0 and < CharacterRow.Side ? brightness[(row * CharacterRow.Side) + column] : 0;
                int at = ((y * Side) + x) * 4;
                for (int c = 0; c < 3; c++)
                    pixels[at + c] = (byte)(ground[c] + (share * (ink[c] - ground[c])));
                pixels[at + 3] = 255;
            }
    }
}
