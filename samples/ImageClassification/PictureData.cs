using Microsoft.ML;
using MLExtensions.Samples.Shared;
using MLExtensions.Samples.Shared.Pictures;

namespace MLExtensions.Samples;

/// <summary>Pictures to train on and others to test on.</summary>
/// <param name="Train">For training.</param>
/// <param name="Test">For testing.</param>
/// <param name="Description">What they are, line by line.</param>
internal sealed record PictureData(IDataView Train, IDataView Test, IReadOnlyList<string> Description)
{
    private const int TrainPerClass = 120;
    private const int TestPerClass = 40;
    private const double TestShare = 0.2;
    private const int SkippedShown = 5;

    /// <summary>Reads the user's pictures, or draws some.</summary>
    /// <param name="mlContext">The context.</param>
    /// <param name="options">Where the pictures are.</param>
    /// <param name="workFolder">Where drawn pictures go.</param>
    public static PictureData Load(MLContext mlContext, ImageClassificationOptions options, string workFolder)
    {
        string folder = options.DataFolder ?? Draw(workFolder, options.Seed);
        string train = Path.Combine(folder, "train"), test = Path.Combine(folder, "test");
        try
        {
            if (!Directory.Exists(train) || !Directory.Exists(test))
            {
                var all = Read(mlContext, folder);
                var split = mlContext.Data.TrainTestSplit(all, TestShare, seed: options.Seed);
                return new PictureData(split.TrainSet, split.TestSet, [Describe(folder, all), $"A share of {TestShare} is kept for testing.", .. Notes(all)]);
            }

            ImageFolderView training = Read(mlContext, train), testing = Read(mlContext, test);
            return new PictureData(training, testing, [Describe(train, training), Describe(test, testing), .. Notes(training), .. Notes(testing)]);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new SampleInputException(e.Message, e);
        }
    }

    private static ImageFolderView Read(MLContext mlContext, string folder)
    {
        var view = mlContext.Data.LoadImageFolder(folder, new ImageFolderOptions { OnBroken = BrokenPictures.Skip });
        return view.Classes.Count > 1 ? view
            : throw new SampleInputException($"'{folder}' has pictures of one class only, '{view.Classes.Keys.First()}'; at least two class folders are needed.");
    }

    private static string Describe(string folder, ImageFolderView view) =>
        $"{view.Count} pictures of {view.Classes.Count} classes in {folder}: {string.Join(", ", view.Classes.Select(c => $"{c.Key} ({c.Value})"))}";

    private static IEnumerable<string> Notes(ImageFolderView view) => [.. view.Warnings, .. view.Skipped.Take(SkippedShown)];

    private static string Draw(string workFolder, int seed)
    {
        string folder = Path.Combine(workFolder, "pictures");
        CharacterPictures.Write(Path.Combine(folder, "train"), CharacterPictures.Confusable, TrainPerClass, seed);
        CharacterPictures.Write(Path.Combine(folder, "test"), CharacterPictures.Confusable, TestPerClass, unchecked(seed + 1_000_003));
        return folder;
    }
}
