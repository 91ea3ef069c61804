namespace MLExtensions.Samples.Tests;

public sealed class BayesianNestedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("'--nonsense'", "--nonsense")]
    [InlineData("--epochs is 0", "--epochs", "0")]
    [InlineData("no folder 'not-here'", "--data", "not-here")]
    [InlineData("no folder 'not-here'", "--strangers", "not-here")]
    public void Bad_arguments_give_one_message_and_exit_code_2(string expected, params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output + error, StringComparison.Ordinal);
    }

    [Fact]
    public void One_fit_is_shown_at_every_width_cut_and_used()
    {
        var (code, output, error) = Run("--epochs", "1", "--output", _folder.Path);
        Assert.True(code == 0, error);
        string[] words = ["0.0625", "OOD AUROC", "Adaptive:", "widened", "Confidence"];
        Assert.All(words, word => Assert.Contains(word, output, StringComparison.Ordinal));
        Assert.True(new FileInfo(Path.Combine(_folder.Path, "small.zip")).Length < new FileInfo(Path.Combine(_folder.Path, "model.zip")).Length / 4);
        Assert.Contains("<svg", File.ReadAllText(Path.Combine(_folder.Path, "widths.svg")), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static (int Code, string Output, string Error) Run(params string[] arguments) => SampleProcess.Run("BayesianNested", arguments);
}
