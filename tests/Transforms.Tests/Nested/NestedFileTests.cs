using System.Text.Json.Nodes;
using Microsoft.ML;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.ModelFile;
using MLExtensions.Transforms.Scoring;
using MLExtensions.Transforms.Tests.ModelFile;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.Nested;

public sealed class NestedFileTests
{
    [Fact]
    public void A_file_gives_back_every_number_of_the_net()
    {
        NestedNetwork network = NestedModels.Network(NetTask.Multiclass);

        NestedNetwork read = Read(Bytes(network)).Model.Network;

        Assert.Equal(network.Parameters, read.Parameters);
        Assert.Equal(network.Statistics, read.Statistics);
        Assert.Equal(network.Calibration, read.Calibration);
        Assert.Equal(network.FeatureMean, read.FeatureMean);
        Assert.Equal(network.Settings, read.Settings);
        Assert.Equal(network.Architecture, read.Architecture);
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "Settings.Groups", "100000000" }, { "Settings.Groups", "0" }, { "Settings.Floor", "9" }, { "Settings.Ordering", "77" }, { "Settings", "null" }, { "View", "null" },
        { "View.Step", "1" }, { "View.Step", "9" }, { "View.Samples", "0" }, { "View.Samples", "2000000000" }, { "View.Level", "1" }, { "View.Adaptive", """{"Start":1,"Threshold":0.5}""" },
        { "InputWidth", "2000000000" }, { "InputWidth", "5" }, { "OutputWidth", "0" }, { "Task", "\"Regression\"" }, { "Calibrated", "false" }, { "Standardized", "false" },
        { "Architecture", """{"recipe":"mlp","Widths":[12,9],"Activation":"Relu","Normalization":"Layer","Dropout":0}""" },
        { "Architecture", """{"recipe":"mlp","Widths":[1000000,1000000],"Activation":"Relu","Normalization":"Batch","Dropout":0}""" }, { "Report", "null" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_file_that_lies_about_its_content_is_refused(string path, string value)
    {
        byte[] forged = FileBytes.WithProperty(Bytes(NestedModels.Network(NetTask.Multiclass)), path, JsonNode.Parse(value));

        Assert.Contains("damaged", Assert.Throws<InvalidDataException>(() => Read(forged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_and_changed_files_are_refused()
    {
        byte[] bytes = Bytes(NestedModels.Network(NetTask.Binary));
        for (int length = 0; length < bytes.Length; length += 97)
            Assert.Throws<InvalidDataException>(() => Read(bytes[..length]));
        for (int at = 0; at < bytes.Length; at += 61)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => Read(changed));
        }
    }

    [Fact]
    public void The_bytes_of_a_plain_net_are_no_nested_one() =>
        Assert.Contains("does not start like one of ours", Assert.Throws<InvalidDataException>(() => Read(FileBytes.Write(Nets.Create(NetTask.Multiclass)))).Message, StringComparison.Ordinal);

    private static byte[] Bytes(NestedNetwork network)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        NestedNetworkFile.Write(writer, network, new NestedView { Step = 8 }, new ScoreColumnNames(), null);
        writer.Flush();
        return stream.ToArray();
    }

    private static BayesianNestedTransformer Read(byte[] bytes) => NestedNetworkFile.Read(new MLContext(1), new MemoryStream(bytes));
}
