using System.Diagnostics;
using System.Globalization;
using MLExtensions.Samples.Shared.Characters;

namespace MLExtensions.Samples.Tests;

public sealed class QuickStartTests : IDisposable
{
    private const int BadInput = 2;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Help_names_every_option()
    {
        var (code, output, _) = Run("--help");
        Assert.Equal(0, code);
        string[] words = ["--data", "--csv", "--label", "--epochs", "--seed", "--output", "predict"];
        Assert.All(words, word => Assert.Contains(word, output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("'--nonsense'", "--nonsense")]
    [InlineData("'many'", "--epochs", "many")]
    [InlineData("--epochs is 0", "--epochs", "0")]
    [InlineData("--csv needs --label", "--csv", "x.csv")]
    [InlineData("it needs --csv", "--label", "y")]
    [InlineData("exclude each other", "--csv", "x.csv", "--label", "y", "--data", "x")]
    [InlineData("no file 'not-here.csv'", "--csv", "not-here.csv", "--label", "y")]
    [InlineData("no folder 'not-here'", "--data", "not-here")]
    [InlineData("no file 'not-here.zip'", "predict", "--model", "not-here.zip", "--rows", "not-here.idv")]
    [InlineData("'--rows' is required", "predict", "--model", "not-here.zip")]
    public void Bad_arguments_give_one_message_and_exit_code_2(string expected, params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        Assert.Equal(BadInput, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output + error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_column_gets_a_suggestion()
    {
        var (code, _, error) = Run("--csv", _folder.Write("t.csv", "age,income\n1,2\n"), "--label", "incom");
        Assert.Equal(BadInput, code);
        Assert.Contains("Did you mean 'income'? The columns are: age, income.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_the_place_of_the_output_folder_is_an_error_before_any_work()
    {
        var (code, output, error) = Run("--output", _folder.Write("taken", "x"));
        Assert.Equal(BadInput, code);
        Assert.Contains("Cannot write to the output folder", error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Theory]
    [InlineData("yes", "no", "accuracy")]
    [InlineData("1.5", "2.5", "accuracy")]
    [InlineData("", "", "RMSE")]
    public void A_small_table_is_fitted_saved_and_predicted_in_a_second_process(string one, string other, string metric)
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 200).Select(i =>
        {
            double x = random.NextDouble();
            string label = one.Length == 0 ? FormattableString.Invariant($"{3 * x + 1}") : x > 0.5 ? one : other;
            return FormattableString.Invariant($"{x},{(i % 7 == 0 ? "" : "w" + i % 3)},{label}");
        });
        string csv = _folder.Write("t.csv", "x,w,y\n" + string.Join('\n', rows) + "\n");
        var (code, output, error) = Run("--csv", csv, "--label", "y", "--epochs", "3", "--output", _folder.Path);
        Assert.True(code == 0, error);
        Assert.Contains(metric, output, StringComparison.Ordinal);
        Assert.Contains("loaded model.zip", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder.Path, "model.zip")));
    }

    [Fact]
    public void Pictures_are_predicted_one_by_one_too()
    {
        WritePictures("train", 300, seed: 1);
        WritePictures("t10k", 60, seed: 2);
        var (code, output, error) = Run("--data", _folder.Path, "--epochs", "3", "--output", _folder.Path);
        Assert.True(code == 0, error);
        Assert.Matches(@"one picture at a time, .* it takes [0-2] as [0-2] \(\d+ %\), [0-2] as [0-2] \(\d+ %\), [0-2] as [0-2] \(\d+ %\)\.", output);
    }

    [Fact]
    public void A_damaged_model_file_is_one_message()
    {
        string model = _folder.Write("model.zip", "this is no model");
        var (code, _, error) = Run("predict", "--model", model, "--rows", _folder.Write("rows.idv", "x"));
        Assert.Equal(BadInput, code);
        Assert.Contains($"Cannot read '{model}'", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Control_C_ends_the_fit_with_exit_code_130()
    {
        if (OperatingSystem.IsWindows())
            return; // a console signal would reach the test program too
        using var process = SampleProcess.Start("QuickStart", "--epochs", "100000", "--output", _folder.Path);
        string? line;
        do
            line = process.StandardOutput.ReadLine();
        while (line is not null && !line.StartsWith("NeuralNetwork", StringComparison.Ordinal));
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
            kill.WaitForExit();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.Equal(130, process.ExitCode);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private void WritePictures(string part, int count, int seed)
    {
        var rows = CharacterGenerator.Draw(["0", "1", "2"], count, seed);
        byte[] Header(params int[] numbers) => [.. numbers.SelectMany(number => BitConverter.GetBytes(number).Reverse())]; // big-endian
        _folder.Write($"{part}-images-idx3-ubyte", [.. Header(2051, count, CharacterRow.Side, CharacterRow.Side), .. rows.SelectMany(row => row.Pixels.Select(pixel => (byte)(255 * pixel)))]);
        _folder.Write($"{part}-labels-idx1-ubyte", [.. Header(2049, count), .. rows.Select(row => byte.Parse(row.Label, CultureInfo.InvariantCulture))]);
    }

    public void Dispose() => _folder.Dispose();

    private static (int Code, string Output, string Error) Run(params string[] arguments) => SampleProcess.Run("QuickStart", arguments);
}
