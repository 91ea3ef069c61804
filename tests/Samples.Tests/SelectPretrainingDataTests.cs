using System.Buffers.Binary;

namespace MLExtensions.Samples.Tests;

/// <summary>The demonstration of SelectPretrainingData on pictures of the user.</summary>
public sealed class SelectPretrainingDataTests : IDisposable
{
    private const int BadInput = 2, Side = 28;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Two_folders_are_ranked_with_reasons_and_every_way_is_tried()
    {
        string source = Idx("source", classes: 4, rowsPerClass: 12), target = Idx("target", classes: 2, rowsPerClass: 6);

        var (code, output, error) = Run("--source", source, "--target", target, "--top", "2", "--rows-per-class", "4", "--draws", "1");

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("Which 2 of 4 source classes help", output, StringComparison.Ordinal);
        Assert.Contains("of its mass", output, StringComparison.Ordinal);
        foreach (string way in new[] { "from scratch", "fine-tuned", "joint, all classes", "joint, random K classes", "joint, nearest K classes", "joint, K classes by transport" })
            Assert.Contains(way, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("go together", "--source", "x")]
    [InlineData("no folder 'not-here'", "--source", "not-here", "--target", "not-here")]
    [InlineData("--top is 0", "--top", "0")]
    [InlineData("--rows-per-class is 1", "--rows-per-class", "1")]
    [InlineData("--draws is 0", "--draws", "0")]
    [InlineData("'many'", "--draws", "many")]
    public void Bad_arguments_give_one_message_and_exit_code_2(string expected, params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        Assert.Equal(BadInput, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output + error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_pictures_or_with_too_few_is_one_message()
    {
        string source = Idx("source", classes: 2, rowsPerClass: 3), empty = Directory.CreateDirectory(Path.Combine(_folder.Path, "empty")).FullName;
        var (code, _, error) = Run("--source", source, "--target", empty);
        Assert.Equal(BadInput, code);
        Assert.Contains($"Cannot read the pictures in '{empty}'", error, StringComparison.Ordinal);
        (code, _, error) = Run("--source", source, "--target", source, "--rows-per-class", "50");
        Assert.Equal(BadInput, code);
        Assert.Contains("with --rows-per-class 50 none is left to test", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    // A bar in another place for each class; the four files of MNIST.
    private string Idx(string name, int classes, int rowsPerClass)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;
        foreach (string part in new[] { "train", "t10k" })
        {
            int rows = classes * rowsPerClass;
            byte[] images = new byte[16 + rows * Side * Side], labels = new byte[8 + rows];
            (uint, int)[] head = [(0, 2051), (4, rows), (8, Side), (12, Side)];
            foreach (var (place, value) in head)
                BinaryPrimitives.WriteInt32BigEndian(images.AsSpan((int)place), value);
            BinaryPrimitives.WriteInt32BigEndian(labels, 2049);
            BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(4), rows);
            for (int row = 0; row < rows; row++)
            {
                labels[8 + row] = (byte)(row % classes);
                int left = 2 + 6 * (row % classes) + row % 3;
                for (int y = 4; y < 24; y++)
                    images.AsSpan(16 + row * Side * Side + y * Side + left, 3).Fill(255);
            }

            File.WriteAllBytes(Path.Combine(folder, $"{part}-images-idx3-ubyte"), images);
            File.WriteAllBytes(Path.Combine(folder, $"{part}-labels-idx1-ubyte"), labels);
        }

        return folder;
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments) => SampleProcess.Run("SelectPretrainingData", arguments);
}
