using Microsoft.ML;
using MLExtensions.Samples.Shared.Characters;
using MLExtensions.Samples.Shared.Idx;

namespace MLExtensions.Samples;

/// <summary>Pictures to learn, pictures to choose a threshold with, pictures to test on, and strangers that show none of the classes.</summary>
/// <param name="Description">What the data are, for the reader; one line each.</param>
internal sealed record BayesianNestedData(IReadOnlyList<string> Description, IDataView Train, IDataView Validation, IDataView Test, IDataView Strangers)
{
    private const int DrawnTrainingRows = 4_000;
    private const int DrawnRows = 1_500;
    private const int ReadRows = 12_000;

    public static BayesianNestedData Load(MLContext mlContext, BayesianNestedSampleOptions options)
    {
        int seed = options.Seed;
        IReadOnlyList<CharacterRow> train, validation, test, strangers;
        string known, strange;
        if (options.DataFolder is { } folder)
        {
            var (all, tests) = IdxFolder.Read(folder);
            CharacterRow[] mixed = [.. all];
            new Random(seed).Shuffle(mixed);
            (train, validation, test) = (mixed[..Math.Min(ReadRows, mixed.Length * 5 / 6)], mixed[(mixed.Length * 5 / 6)..], tests);
            validation = [.. validation.Take(DrawnRows)];
            test = [.. test.Take(3 * DrawnRows)];
            known = $"pictures from {folder}";
        }
        else
        {
            train = CharacterGenerator.Draw(Alphabet.Digits, DrawnTrainingRows, seed);
            validation = CharacterGenerator.Draw(Alphabet.Digits, DrawnRows, unchecked(seed + 1));
            test = CharacterGenerator.Draw(Alphabet.Digits, DrawnRows, unchecked(seed + 2));
            known = "hand-drawn digits, made by this program";
        }

        if (options.StrangersFolder is { } other)
        {
            strangers = [.. IdxFolder.Read(other).Test.Take(DrawnRows)];
            strange = $"pictures from {other}";
        }
        else
        {
            strangers = [.. CharacterGenerator.Draw(Alphabet.Letters, DrawnRows / 2, unchecked(seed + 3)), .. Noise(DrawnRows / 2, seed)];
            strange = "drawn letters, and noise";
        }

        return new BayesianNestedData(
            [
                FormattableString.Invariant($"{train.Count:N0} training, {validation.Count:N0} validation and {test.Count:N0} test {known}"),
                FormattableString.Invariant($"{strangers.Count:N0} strangers: {strange}. A good model is unsure about them."),
            ],
            View(train), View(validation), View(test), View(strangers));

        IDataView View(IReadOnlyList<CharacterRow> rows) => mlContext.Data.LoadFromEnumerable(rows);
    }

    private static IEnumerable<CharacterRow> Noise(int count, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
            yield return new CharacterRow { Pixels = [.. Enumerable.Range(0, CharacterRow.PixelCount).Select(_ => random.NextSingle() < 0.2f ? random.NextSingle() : 0)] };
    }
}
