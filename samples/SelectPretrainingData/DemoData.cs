using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Samples.Shared;
using MLExtensions.Samples.Shared.Characters;
using MLExtensions.Samples.Shared.Idx;

namespace MLExtensions.Samples;

/// <summary>The big set, and the small one split into what is trained on and what is tested.</summary>
/// <param name="Source">Pictures of the big set.</param>
/// <param name="Train">A few pictures of each target class.</param>
/// <param name="Test">Others.</param>
internal sealed record DemoData(IReadOnlyList<CharacterRow> Source, IReadOnlyList<CharacterRow> Train, IReadOnlyList<CharacterRow> Test)
{
    private const int SourceRowsPerClass = 80;
    private const int MostSourceRowsPerClass = 300;
    private const int TestRowsPerClass = 80;

    // A letter looks like each of them: O, I, Z, S and B.
    private static readonly string[] Digits = ["0", "1", "2", "5", "8"];

    // Thicker than the letters, leaning to the right, and without a stroke through the zero.
    private static readonly CharacterStyle Marker = CharacterStyle.Handwriting with { MeanSlant = 0.2f, MinThickness = 2.6f, MaxThickness = 3.6f, PlainDigits = true };

    /// <summary>Draws or reads the pictures. The source is the same for every draw, the target pictures are not.</summary>
    /// <exception cref="SampleInputException">A folder cannot be used.</exception>
    public static DemoData Load(MLContext mlContext, DemoOptions options, int draw)
    {
        if (options.SourceFolder is null || options.TargetFolder is null)
        {
            var drawn = CharacterGenerator.Draw(Digits, Digits.Length * (options.RowsPerClass + TestRowsPerClass), options.Seed + 1000 + draw, Marker);
            int train = Digits.Length * options.RowsPerClass;
            return new DemoData(
                CharacterGenerator.Draw(Alphabet.Letters, Alphabet.Letters.Count * SourceRowsPerClass, options.Seed), [.. drawn.Take(train)], [.. drawn.Skip(train)]);
        }

        var random = new Random(options.Seed + draw);
        var source = Read(mlContext, options.SourceFolder).GroupBy(row => row.Label).SelectMany(group => group.Take(MostSourceRowsPerClass));
        var byClass = Read(mlContext, options.TargetFolder).GroupBy(row => row.Label).Select(group => group.OrderBy(_ => random.Next()).ToList()).ToList();
        foreach (var rows in byClass)
            if (rows.Count <= options.RowsPerClass)
                throw new SampleInputException(
                    $"Class '{rows[0].Label}' of '{options.TargetFolder}' has {rows.Count} pictures; with --rows-per-class {options.RowsPerClass} none is left to test. Give a smaller number.");
        return new DemoData([.. source.OrderBy(_ => random.Next())], [.. byClass.SelectMany(rows => rows.Take(options.RowsPerClass))],
            [.. byClass.SelectMany(rows => rows.Skip(options.RowsPerClass).Take(TestRowsPerClass))]);
    }

    private static IReadOnlyList<CharacterRow> Read(MLContext mlContext, string folder)
    {
        if (Directory.EnumerateFiles(folder, "*-ubyte*").Any())
        {
            var (train, test) = IdxFolder.Read(folder);
            return [.. train, .. test];
        }

        try
        {
            IDataView pictures = mlContext.Data.LoadImageFolder(folder);
            IDataView pixels = mlContext.Transforms.ImagePixels("Features", "ImagePath", CharacterRow.Side, CharacterRow.Side, channels: 1).Fit(pictures).Transform(pictures);
            return [.. pixels.GetColumn<float[]>("Features").Zip(pixels.GetColumn<string>("Label"),
                (picture, label) => new CharacterRow { Pixels = Array.ConvertAll(picture, value => value / 255), Label = label })];
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new SampleInputException($"Cannot read the pictures in '{folder}': {e.Message}", e);
        }
    }
}
