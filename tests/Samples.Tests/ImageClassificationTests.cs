using MLExtensions.Samples.Shared.Pictures;

namespace MLExtensions.Samples.Tests;

public sealed class ImageClassificationTests : IDisposable
{
    private const int BadInput = 2;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Help_names_every_option()
    {
        var (code, output, _) = Run("--help");
        Assert.Equal(0, code);
        string[] words = ["--data", "--size", "--epochs", "--weights", "--seed", "--output", "predict"];
        Assert.All(words, word => Assert.Contains(word, output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("'--nonsense'", "--nonsense")]
    [InlineData("--epochs is 0", "--epochs", "0")]
    [InlineData("--size is 4; allowed are 8 to 1024", "--size", "4")]
    [InlineData("no folder 'not-here'", "--data", "not-here")]
    [InlineData("no file 'not-here.safetensors'", "--weights", "not-here.safetensors")]
    [InlineData("no file 'not-here.zip'", "predict", "--model", "not-here.zip", "--image", "not-here.png")]
    [InlineData("'--image' is required", "predict", "--model", "not-here.zip")]
    public void Bad_arguments_give_one_message_and_exit_code_2(string expected, params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        Assert.Equal(BadInput, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output + error, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_without_pictures_and_with_one_class_say_what_is_expected()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "pictures"));
        var (code, _, error) = Run("--data", Path.Combine(_folder.Path, "pictures"));
        Assert.Equal(BadInput, code);
        Assert.Contains("expected a subfolder for each class", error, StringComparison.Ordinal);
        CharacterPictures.Write(Path.Combine(_folder.Path, "pictures"), ["A"], 3, seed: 1);
        (code, _, error) = Run("--data", Path.Combine(_folder.Path, "pictures"));
        Assert.Equal(BadInput, code);
        Assert.Contains("one class only, 'A'", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_fitted_and_the_saved_model_predicts_in_another_process()
    {
        string pictures = Path.Combine(_folder.Path, "pictures");
        CharacterPictures.Write(pictures, ["I", "O"], 40, seed: 1);
        File.WriteAllText(Path.Combine(pictures, "I", "broken.png"), "no picture");
        var (code, output, error) = Run("--data", pictures, "--epochs", "2", "--size", "16", "--output", _folder.Path);
        Assert.True(code == 0, error);
        string[] words = ["80 pictures of 2 classes", "broken.png", "accuracy", "Actual", "Loaded again, it says"];
        Assert.All(words, word => Assert.Contains(word, output, StringComparison.Ordinal));
        (code, output, error) = Run("predict", "--model", Path.Combine(_folder.Path, "model.zip"), "--image", Directory.GetFiles(Path.Combine(pictures, "O"))[0]);
        Assert.True(code == 0, error);
        Assert.Matches("shows '[IO]'", output);
        (code, _, error) = Run("predict", "--model", Path.Combine(_folder.Path, "model.zip"), "--image", Path.Combine(pictures, "I", "broken.png"));
        Assert.Equal(BadInput, code);
        Assert.Contains("broken.png' cannot be read", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_do_not_fit_are_one_message()
    {
        string pictures = Path.Combine(_folder.Path, "pictures");
        CharacterPictures.Write(pictures, ["I", "O"], 4, seed: 1);
        var (code, _, error) = Run("--data", pictures, "--epochs", "1", "--weights", _folder.Write("w.safetensors", "this is not one"));
        Assert.Equal(BadInput, code);
        Assert.Contains("w.safetensors' cannot be used", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_contact_sheet_holds_its_pictures()
    {
        CharacterPictures.Write(_folder.Path, ["A"], 7, seed: 1);
        string path = Path.Combine(_folder.Path, "sheet.png");
        ContactSheet.Write(path, [.. Directory.GetFiles(Path.Combine(_folder.Path, "A")).Select(file => new ContactSheet.Picture(file, ["A", "TAKEN FOR B", "99 %"]))]);
        using var sheet = SkiaSharp.SKBitmap.Decode(path);
        Assert.Equal((12 + (6 * 140), 12 + (2 * 188)), (sheet.Width, sheet.Height));
        Assert.NotEqual(SkiaSharp.SKColors.White, sheet.GetPixel(12 + 64, 12 + 64));
        Assert.Contains(Enumerable.Range(12, 128), x => sheet.GetPixel(x, 12 + 128 + 8) != SkiaSharp.SKColors.White); // a caption
        Assert.Equal(SkiaSharp.SKColors.White, sheet.GetPixel(300, 12 + 188 + 64)); // the second row has one picture
    }

    public void Dispose() => _folder.Dispose();

    private static (int Code, string Output, string Error) Run(params string[] arguments) => SampleProcess.Run("ImageClassification", arguments);
}
