using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.ModelFile;

/// <summary>Files that are not what was written: one clear error each, and no allocation that a few bytes can ask for.</summary>
public sealed class DamagedFileTests
{
    private static readonly byte[] Good = FileBytes.Write(Nets.Standardized(NetTask.Multiclass), Models.Texts("a", "b", "c"));

    public static TheoryData<string, string, string> Forgeries => new()
    {
        // property, JSON value, what the message says
        { "Architecture.recipe", "\"transformer\"", "JSON cannot be read" },
        { "Architecture.recipe", "null", "JSON cannot be read" },
        { "Architecture", "null", "Architecture" },
        { "Architecture", "[1]", "JSON cannot be read" },
        { "Architecture.Widths", "null", "JSON cannot be read" },
        { "Architecture.Widths", "[2147483647, 2147483647]", "widths[0] is 2147483647" },
        { "Architecture.Widths", "[1000000, 1000000]", "too many parameters" },
        { "Architecture.Widths", "[1000000, 2000]", "needs" },
        { "Architecture.Widths", "[0]", "widths[0] is 0" },
        { "Architecture.Widths", "[-5]", "widths[0] is -5" },
        { "Architecture.Widths", "[6]", "needs" },
        { "Architecture.Widths", "\"5\"", "JSON cannot be read" },
        { "Architecture.Activation", "\"Wobble\"", "JSON cannot be read" },
        { "Architecture.Activation", "99", "activation is 99" },
        { "Architecture.Normalization", "\"Batch\"", "needs" },
        { "Architecture.Dropout", "7", "dropout is 7" },
        { "InputWidth", "0", "0 features" },
        { "InputWidth", "-4", "-4 features" },
        { "InputWidth", "5", "needs" },
        { "InputWidth", "2147483647", "too many parameters" },
        { "InputWidth", "99999999999", "JSON cannot be read" },
        { "OutputWidth", "0", "0 outputs" },
        { "OutputWidth", "4", "3 labels for 4 outputs" },
        { "OutputWidth", "2147483647", "3 labels for 2147483647 outputs" },
        { "Task", "\"Binary\"", "3 outputs" },
        { "Task", "\"Regression\"", "3 outputs" },
        { "Task", "42", "task" },
        { "Columns", "null", "Columns" },
        { "Columns.Feature", "null", "Feature" },
        { "Columns.Score", "\"\"", "Score" },
        { "Report", "null", "Report" },
        { "Report.Epochs", "null", "Report" },
        { "Report.Epochs", "[null]", "Report" },
        { "Report.Versions", "null", "Report" },
        { "Report.StopReason", "\"Bored\"", "JSON cannot be read" },
        { "Standardized", "false", "needs" },
        { "TargetScale", "\"wide\"", "JSON cannot be read" },
        { "LabelType", "\"Complex\"", "labels cannot be read" },
        { "LabelType", "\"Int32\"", "labels cannot be read" },
        { "LabelType", "null", "label" },
        { "Labels", "null", "label" },
        { "Labels", "[\"a\", \"b\"]", "2 labels for 3 outputs" },
        { "Picture", "{\"Length\":4,\"Channels\":1,\"Height\":2,\"Width\":2,\"Layout\":\"Planar\"}", "for a recipe without convolutions" },
        { "Picture", "{\"Length\":9,\"Channels\":1,\"Height\":3,\"Width\":3,\"Layout\":\"Planar\"}", "4 features and pictures" },
        { "Picture", "{\"Length\":4,\"Channels\":-1,\"Height\":2,\"Width\":-2,\"Layout\":\"Planar\"}", "its picture is a picture of -1 x 2 x -2" },
        { "Precision", "7", "its precision is 7" },
        { "Labels", "[\"a\", null, \"c\"]", "labels cannot be read" },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void A_forged_property_under_a_good_checksum_is_a_clear_error(string property, string json, string says)
    {
        InvalidDataException error = FileBytes.Refused(FileBytes.WithProperty(Good, property, JsonNode.Parse(json)));

        Assert.Contains("The model file is damaged", error.Message);
        Assert.Contains(says, error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"Task\":")]
    [InlineData("\0\0\0\0")]
    public void Other_JSON_is_a_clear_error(string json) =>
        Assert.Contains("its JSON", FileBytes.Refused(FileBytes.WithJson(Good, _ => json)).Message);

    [Fact]
    public void Deep_JSON_is_a_clear_error() =>
        Assert.Contains("its JSON", FileBytes.Refused(FileBytes.WithJson(Good, _ => new string('[', 100_000))).Message);

    [Fact]
    public void A_property_that_is_missing_is_a_clear_error()
    {
        foreach (string name in JsonNode.Parse(Json())!.AsObject().Select(property => property.Key).Except(["LabelType", "Labels", "Picture", "Precision", "Mirrored"]))
        {
            byte[] forged = FileBytes.WithJson(Good, text =>
            {
                JsonObject root = JsonNode.Parse(text)!.AsObject();
                root.Remove(name);
                return root.ToJsonString();
            });
            Assert.Contains(name, FileBytes.Refused(forged).Message);
        }
    }

    [Fact]
    public void A_newer_format_says_which_and_what_to_do()
    {
        byte[] newer = [.. Good];
        BinaryPrimitives.WriteInt32LittleEndian(newer.AsSpan(8), 2);

        Assert.Equal(
            "The model was saved in format 2; this version of MLExtensions reads formats up to 1. Update the package MLExtensions.",
            FileBytes.Refused(FileBytes.WithChecksum(newer)).Message);
        Assert.Contains("format 2", FileBytes.Refused(newer).Message); // what follows the version may be anything
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_format_that_never_was_is_damage(int version)
    {
        byte[] forged = [.. Good];
        BinaryPrimitives.WriteInt32LittleEndian(forged.AsSpan(8), version);

        Assert.Contains($"it says format {version}", FileBytes.Refused(FileBytes.WithChecksum(forged)).Message);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(0)]
    [InlineData(1)]
    public void A_wrong_length_of_the_JSON_is_a_clear_error(int length)
    {
        byte[] forged = [.. Good];
        BinaryPrimitives.WriteInt32LittleEndian(forged.AsSpan(12), length);

        Assert.Contains("its JSON", FileBytes.Refused(FileBytes.WithChecksum(forged)).Message);
        Assert.Contains("checksum", FileBytes.Refused(forged).Message);
    }

    [Fact]
    public void A_file_cut_anywhere_is_a_clear_error()
    {
        for (int length = 0; length < Good.Length; length++)
            Assert.Contains("damaged", FileBytes.Refused(Good[..length]).Message);
    }

    [Fact]
    public void A_file_cut_anywhere_under_a_good_checksum_is_a_clear_error()
    {
        for (int length = FileBytes.HeadLength; length < Good.Length - FileBytes.HashLength; length++)
            Assert.Contains("damaged", FileBytes.Refused(FileBytes.WithChecksum([.. Good[..length], .. new byte[FileBytes.HashLength]])).Message);
    }

    [Fact]
    public void A_file_with_more_bytes_is_a_clear_error()
    {
        Assert.Contains("checksum", FileBytes.Refused([.. Good, 0]).Message);
        Assert.Contains("needs", FileBytes.Refused(FileBytes.WithChecksum([.. Good, 0, 0, 0, 0])).Message);
    }

    [Fact]
    public void Any_byte_altered_is_a_clear_error()
    {
        for (int at = 0; at < Good.Length; at++)
            foreach (byte mask in (ReadOnlySpan<byte>)[1, 128, 255])
            {
                byte[] altered = [.. Good];
                altered[at] ^= mask;
                FileBytes.Refused(altered);
            }
    }

    [Fact]
    public void Any_byte_of_the_JSON_altered_under_a_good_checksum_is_a_clear_error_or_a_model_that_scores()
    {
        var source = new TestView(2, TestColumn.Features());
        int refused = 0;
        for (int at = FileBytes.HeadLength; at < FileBytes.HeadLength + FileBytes.JsonLength(Good); at++)
            foreach (byte mask in (ReadOnlySpan<byte>)[1, 2, 16, 32])
            {
                byte[] altered = [.. Good];
                altered[at] ^= mask;
                try
                {
                    NeuralNetworkTransformer model = FileBytes.Read(FileBytes.WithChecksum(altered));
                    TestView input = model.FeatureColumnName == "Features" ? source : new TestView(2, TestColumn.Features(model.FeatureColumnName));
                    Assert.Equal(6, model.Transform(input).GetColumn<float[]>(model.GetOutputSchema(input.Schema)[^1].Name).Sum(row => row.Length));
                }
                catch (InvalidDataException e)
                {
                    Assert.Contains("damaged", e.Message);
                    refused++;
                }
            }

        Assert.True(refused > 100);
    }

    [Fact]
    public void A_zip_without_the_network_is_a_clear_error_that_names_the_stream()
    {
        var source = new TestView(1, TestColumn.Features());
        using var stream = new MemoryStream();
        var ml = new MLContext(1);
        ml.Model.Save(Models.Create(NetTask.Binary), source.Schema, stream);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
            zip.Entries.Single(entry => entry.FullName.EndsWith("Network", StringComparison.Ordinal)).Delete();
        stream.Position = 0;

        string text = Assert.ThrowsAny<Exception>(() => ml.Model.Load(stream, out _)).ToString();
        Assert.Contains("The model file is damaged: its stream 'Network' is missing.", text);
    }

    [Fact]
    public void A_small_zip_with_a_huge_stream_is_refused_without_holding_it_in_memory()
    {
        using var stream = new MemoryStream();
        var ml = new MLContext(1);
        ml.Model.Save(Models.Create(NetTask.Binary), null, stream);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            ZipArchiveEntry network = zip.Entries.Single(entry => entry.FullName.EndsWith("Network", StringComparison.Ordinal));
            string name = network.FullName;
            network.Delete();
            using Stream huge = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
            huge.Write(Good.AsSpan(0, FileBytes.HeadLength));
            for (int i = 0; i < 64; i++)
                huge.Write(new byte[1 << 20]);
        }

        stream.Position = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        string text = Assert.ThrowsAny<Exception>(() => ml.Model.Load(stream, out _)).ToString();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        Assert.Contains("checksum", text);
    }

    private static string Json() => System.Text.Encoding.UTF8.GetString(Good, FileBytes.HeadLength, FileBytes.JsonLength(Good));
}
