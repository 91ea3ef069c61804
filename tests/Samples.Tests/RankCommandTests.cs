using System.Globalization;

namespace MLExtensions.Samples.Tests;

/// <summary>The rank command of SelectPretrainingData, as scripts call it.</summary>
public sealed class RankCommandTests : IDisposable
{
    private const int BadInput = 2;

    private readonly TemporaryFolder _folder = new();

    private string Output => Path.Combine(_folder.Path, "out.csv");

    [Fact]
    public void The_worked_example_is_ranked_from_csv_and_npy_alike()
    {
        string source = _folder.Write("s.csv", "x,y\n1,0\n0,2\n-3,0\n");
        string target = _folder.Write("t.npy", NpyReaderTests.Compose("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }", NpyReaderTests.Bytes([2.0, 0, 1, 1]), 1));
        Assert.Equal((0, ""), Rank("--source", source, "--target", target, "--top", "2", "--output", Output));
        string[] lines = File.ReadAllLines(Output);
        Assert.Equal(["rank,class_index,score", "1,0,1.32143", "2,1,0.65465"], lines.Select((line, i) => i == 0 ? line : line[..11]));
        double score = double.Parse(lines[1].Split(',')[2], CultureInfo.InvariantCulture);
        Assert.Equal(score.ToString("G17", CultureInfo.InvariantCulture), lines[1].Split(',')[2]);
        Assert.Equal(1.32143038, score, 1e-7);
        Assert.DoesNotContain(Directory.GetFiles(_folder.Path), file => file.EndsWith(".part", StringComparison.Ordinal));
    }

    [Fact]
    public void Options_reach_the_solver()
    {
        string source = _folder.Write("s.csv", "1,0\n0,2\n-3,0\n"), target = _folder.Write("t.csv", "1,1\n");
        Assert.Equal((0, ""), Rank(
            "--source", source, "--target", target, "--top", "3", "--output", Output, "--rho-source", "0", "--rho-target", "inf", "--epsilon", "2", "--temperature", "0.2"));
        double[] scores = [.. File.ReadLines(Output).Skip(1).Select(line => double.Parse(line.Split(',')[2], CultureInfo.InvariantCulture))];
        double near = Math.Exp(-(1 - Math.Sqrt(0.5)) / 0.4), far = Math.Exp(-(1 + Math.Sqrt(0.5)) / 0.4);
        Assert.Equal(near / ((2 * near) + far), scores[0], 1e-12); // a softmax over the sources
        Assert.Equal(far / ((2 * near) + far), scores[2], 1e-12);
    }

    [Theory]
    [InlineData("--top is 4; allowed is 1 to 3", "s.csv", "t.csv", "4")]
    [InlineData("--top is 0", "s.csv", "t.csv", "0")]
    [InlineData("no file 'not-here.npy'", "not-here.npy", "t.csv", "1")]
    [InlineData("has 1 columns", "narrow.csv", "t.csv", "1")]
    [InlineData("has only zeros in row 1", "zero.csv", "t.csv", "1")]
    [InlineData("has NaN in row 0, column 1", "s.csv", "nan.csv", "1")]
    [InlineData("'many' is no number", "word.csv", "t.csv", "1")]
    [InlineData("1 fields where the first line has 2", "ragged.csv", "t.csv", "1")]
    [InlineData("has no row of numbers", "header.csv", "t.csv", "1")]
    [InlineData("neither in .npy nor in .csv", "s.txt", "t.csv", "1")]
    [InlineData("Epsilon is 0", "s.csv", "t.csv", "1", "--epsilon", "0")]
    [InlineData("RhoSource is -1", "s.csv", "t.csv", "1", "--rho-source", "-1")]
    [InlineData("--epsilon is 'much'", "s.csv", "t.csv", "1", "--epsilon", "much")]
    public void Bad_input_is_one_message_and_writes_nothing(string expected, string source, string target, string top, params string[] more)
    {
        _folder.Write("s.csv", "1,0\n0,2\n-3,0\n");
        _folder.Write("t.csv", "2,0\n1,1\n");
        _folder.Write("s.txt", "1,0\n");
        _folder.Write("narrow.csv", "1\n2\n");
        _folder.Write("zero.csv", "1,0\n0,0\n");
        _folder.Write("nan.csv", "1,NaN\n");
        _folder.Write("word.csv", "1,2\n3,many\n");
        _folder.Write("ragged.csv", "1,2\n3\n");
        _folder.Write("header.csv", "x,y\n");
        string Resolve(string name) => File.Exists(Path.Combine(_folder.Path, name)) ? Path.Combine(_folder.Path, name) : name;
        var (code, error) = Rank(["--source", Resolve(source), "--target", Resolve(target), "--top", top, "--output", Output, .. more]);
        Assert.Equal(BadInput, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Output));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_one_message()
    {
        string source = _folder.Write("s.csv", "1,0\n"), target = _folder.Write("t.csv", "1,1\n");
        var (code, error) = Rank("--source", source, "--target", target, "--top", "1", "--output", Path.Combine(_folder.Path, "no", "out.csv"));
        Assert.Equal(BadInput, code);
        Assert.StartsWith("Cannot write", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static (int Code, string Error) Rank(params string[] arguments)
    {
        var (code, output, error) = SampleProcess.Run("SelectPretrainingData", ["rank", .. arguments]);
        Assert.Empty(output);
        return (code, error.Trim());
    }
}
