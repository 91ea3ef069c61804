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
    public void A_file_of_a_convolutional_net_gives_back_every_number()
    {
        foreach (Architecture recipe in new Architecture[] { Architecture.ConvNet([[4, 6]]), Architecture.CifarResNet(8), Architecture.Vgg(11, widthFactor: .02, stem: ImageStem.ImageNet, dropout: 0) })
        {
            NestedNetwork network = recipe is VggArchitecture ? NestedModels.Pictures(recipe, InputShape.Image(1, 32, 32)) : NestedModels.Pictures(recipe);

            NestedNetwork read = Read(Bytes(network)).Model.Network;

            Assert.Equal(network.Parameters, read.Parameters);
            Assert.Equal(network.Statistics, read.Statistics);
            Assert.Equal(network.FeatureFactor, read.FeatureFactor);
            Assert.Equal(network.Input, read.Input);
            Assert.Equal(network.Architecture, read.Architecture);
        }
    }

    [Fact]
    public void A_cut_out_net_keeps_its_recipe_in_the_file()
    {
        FittedNetwork small = new NestedExtraction(NestedModels.Pictures(Architecture.CifarResNet(8)), 4).Extract();

        Assert.Equal(small.Architecture, FileBytes.Read(FileBytes.Write(small)).Model.Network.Architecture);
        Assert.Equal(small.Parameters, FileBytes.Read(FileBytes.Write(small)).Model.Network.Parameters);
    }

    [Theory]
    [InlineData("""{"recipe":"narrowed","Whole":null,"Channels":[2,3]}""")]
    [InlineData("""{"recipe":"narrowed","Whole":{"recipe":"convnet","Stages":[[4,6]],"Normalization":"Batch","Dropout":0},"Channels":[2]}""")]
    [InlineData("""{"recipe":"narrowed","Whole":{"recipe":"convnet","Stages":[[4,6]],"Normalization":"Batch","Dropout":0},"Channels":[2,7]}""")]
    [InlineData("""{"recipe":"narrowed","Whole":{"recipe":"convnet","Stages":[[4,6]],"Normalization":"Batch","Dropout":0},"Channels":[0,3]}""")]
    [InlineData("""{"recipe":"narrowed","Whole":{"recipe":"mobilenet-v2","WidthFactor":0.1,"Stem":"Small","Dropout":0},"Channels":[2,3]}""")]
    [InlineData("""{"recipe":"narrowed","Whole":{"recipe":"mlp","Widths":[12,9],"Activation":"Relu","Normalization":"Batch","Dropout":0},"Channels":[2,3]}""")]
    public void A_cut_recipe_that_cannot_be_is_refused(string recipe)
    {
        byte[] forged = FileBytes.WithProperty(FileBytes.Write(new NestedExtraction(NestedModels.Pictures(), 4).Extract()), "Architecture", JsonNode.Parse(recipe));

        Assert.Contains("damaged", Assert.Throws<InvalidDataException>(() => FileBytes.Read(forged)).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> PictureLies => new()
    {
        { "Picture", "null" }, { "Picture.Channels", "3" }, { "Picture.Height", "0" }, { "Picture.Layout", "77" }, { "InputWidth", "71" }, { "Settings.Groups", "100000000" },
        { "Architecture", """{"recipe":"convnet","Stages":[[4,6],[4],[4],[4]],"Normalization":"Batch","Dropout":0}""" },
        { "Architecture", """{"recipe":"convnet","Stages":[[4,6]],"Normalization":"Batch","Dropout":0.5}""" },
        { "Architecture", """{"recipe":"convnet","Stages":[[60000,60000]],"Normalization":"Batch","Dropout":0}""" },
        { "Architecture", """{"recipe":"mobilenet-v2","WidthFactor":0.1,"Stem":"Small","Dropout":0}""" },
        { "Architecture", """{"recipe":"mlp","Widths":[12,9],"Activation":"Relu","Normalization":"Batch","Dropout":0}""" },
    };

    [Theory]
    [MemberData(nameof(PictureLies))]
    public void A_file_of_a_convolutional_net_that_lies_is_refused(string path, string value)
    {
        byte[] forged = FileBytes.WithProperty(Bytes(NestedModels.Pictures()), path, JsonNode.Parse(value));

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
