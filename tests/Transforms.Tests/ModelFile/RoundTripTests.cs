using System.Globalization;
using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Scoring;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.ModelFile;

/// <summary>What is saved comes back.</summary>
public sealed class RoundTripTests
{
    private static readonly MLContext Ml = new(1);
    private static readonly TestView Source = new(50, TestColumn.Features());

    public static TheoryData<string> Recipes => ["linear", "deep", "batch", "layer"];

    public static TheoryData<string> LabelTypes =>
        ["Text", "Boolean", "Single", "Double", "SByte", "Byte", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64", "DateTime", "DateTimeOffset", "TimeSpan"];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Scores_are_bit_equal_after_a_round_trip_of_every_recipe_and_task(string recipe)
    {
        MlpArchitecture mlp = recipe switch
        {
            "linear" => Architecture.Mlp([]),
            "deep" => Architecture.Mlp([6, 5, 4], Activation.Gelu, dropout: 0.25),
            "batch" => Architecture.Mlp([6, 5], Activation.LeakyRelu, Normalization.Batch),
            _ => Architecture.Mlp([6, 5], Activation.Tanh, Normalization.Layer),
        };
        foreach (NetTask task in Enum.GetValues<NetTask>())
        {
            NeuralNetworkTransformer model = Models.Create(Nets.Create(task, recipe: mlp));
            NeuralNetworkTransformer loaded = RoundTrip(model);

            Assert.Equal(model.Transform(Source).ScoreBits(), loaded.Transform(Source).ScoreBits());
            Assert.Equal(mlp, loaded.Model.Architecture);
            Assert.Equal(ColumnText.Describe(model.GetOutputSchema(Source.Schema)), ColumnText.Describe(loaded.GetOutputSchema(Source.Schema)));
        }
    }

    [Fact]
    public void Standardisation_and_the_scale_of_the_target_come_back()
    {
        NeuralNetworkTransformer model = Models.Create(Nets.Standardized(NetTask.Regression));
        NeuralNetworkTransformer loaded = RoundTrip(model);

        Assert.Equal(model.Transform(Source).ScoreBits(), loaded.Transform(Source).ScoreBits());
        Assert.NotEqual(Models.Create(NetTask.Regression).Transform(Source).ScoreBits(), loaded.Transform(Source).ScoreBits());
        Assert.Equal((20, 3), (loaded.Model.Network.TargetMean, loaded.Model.Network.TargetScale));
        Assert.Equal(model.Model.Network.FeatureMean, loaded.Model.Network.FeatureMean);
        Assert.Equal(model.Model.Network.FeatureFactor, loaded.Model.Network.FeatureFactor);
    }

    [Fact]
    public void Weights_that_are_no_common_numbers_come_back_bit_by_bit()
    {
        FittedNetwork net = Nets.Create(NetTask.Regression);
        float[] odd = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, float.Epsilon, float.MaxValue, BitConverter.UInt32BitsToSingle(0x7fc12345)];
        odd.CopyTo(net.Parameters, 0);

        Assert.Equal(
            net.Parameters.Select(BitConverter.SingleToUInt32Bits),
            FileBytes.Read(FileBytes.Write(net)).Model.Network.Parameters.Select(BitConverter.SingleToUInt32Bits));
    }

    [Fact]
    public void The_report_comes_back_whole()
    {
        TrainingReport report = Nets.Report();
        TrainingReport loaded = RoundTrip(Models.Create(NetTask.Binary)).Report;

        Assert.Equal(report.Epochs, loaded.Epochs);
        Assert.Equal(report.Versions, loaded.Versions);
        Assert.Equal(report.Regularization, loaded.Regularization);
        Assert.Equal(report, loaded with { Epochs = report.Epochs, Versions = report.Versions, Regularization = report.Regularization });
        Assert.Equal([0.75, 0.5], loaded.ToDataView(Ml).GetColumn<double>("TrainingLoss"));
    }

    [Theory]
    [MemberData(nameof(LabelTypes))]
    public void Label_values_of_every_type_come_back(string type)
    {
        string[] texts = type switch
        {
            "Text" => ["", "ü \"quoted\" \n", "a,b"],
            "Boolean" => ["False", "True", "False"],
            "Single" => ["0.1", "NaN", "3.4028235E+38"],
            "Double" => ["0.1", "-Infinity", "1E-300"],
            "DateTime" => ["2024-02-29T12:34:56.7891234Z", "0001-01-01T00:00:00.0000000", "9999-12-31T23:59:59.9999999"],
            "DateTimeOffset" => ["2024-02-29T12:34:56.7891234+05:30", "0001-01-01T00:00:00.0000000+00:00", "2024-01-01T00:00:00.0000000-11:00"],
            "TimeSpan" => ["-1.02:03:04.0050000", "00:00:00", "10675199.02:48:05.4775807"],
            "UInt64" => ["18446744073709551615", "1", "2"],
            "Int64" => ["-9223372036854775808", "1", "2"],
            _ => ["0", "7", "127"],
        };
        LabelValues labels = LabelValues.FromTexts(type, texts);
        NeuralNetworkTransformer model = Models.Create(NetTask.Multiclass, labels);

        Assert.Equal(texts, labels.ToTexts());
        Assert.Equal(ColumnText.Describe(model.GetOutputSchema(Source.Schema)), ColumnText.Describe(RoundTrip(model).GetOutputSchema(Source.Schema)));
        Assert.Equal(texts, LabelValues.Of(RoundTrip(model).GetOutputSchema(Source.Schema)["PredictedLabel"])!.ToTexts());
    }

    [Fact]
    public void Column_names_come_back()
    {
        var names = new ScoreColumnNames("F", "L", "P", "S", "Q");
        var source = new TestView(3, TestColumn.Features("F"));

        Assert.Equal(["F", "P", "S", "Q"], RoundTrip(Models.Create(NetTask.Binary, names: names), source).GetOutputSchema(source.Schema).Select(column => column.Name));
    }

    [Fact]
    public void A_loaded_model_saves_the_same_network_again()
    {
        NeuralNetworkTransformer model = Models.Create(NetTask.Multiclass, Models.Texts("a", "b", "c"));

        Assert.Equal(NetworkEntry(Save(model)), NetworkEntry(Save(RoundTrip(model))));
    }

    [Fact]
    public void A_pipeline_saved_with_its_data_loader_comes_back_with_it()
    {
        string csv = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(csv, Enumerable.Range(0, 20).Select(row =>
                string.Join(',', TestColumn.FeaturesOf(row).Select(value => value.ToString(CultureInfo.InvariantCulture)))));
            var file = new MultiFileSource(csv);
            TextLoader loader = Ml.Data.CreateTextLoader([new TextLoader.Column("Features", DataKind.Single, 0, 3)], separatorChar: ',');
            NeuralNetworkTransformer model = Models.Create(NetTask.Regression);
            using var stream = new MemoryStream();
            Ml.Model.Save(model, loader, stream);
            stream.Position = 0;
            ITransformer loaded = new MLContext().Model.LoadWithDataLoader(stream, out IDataLoader<IMultiStreamSource> loadedLoader);

            Assert.Equal(model.Transform(loader.Load(file)).ScoreBits(), loaded.Transform(loadedLoader.Load(file)).ScoreBits());
            Assert.Equal(20, loaded.Transform(loadedLoader.Load(file)).GetColumn<float>("Score").Distinct().Count());
        }
        finally
        {
            File.Delete(csv);
        }
    }

    [Fact]
    public void A_chain_comes_back_from_a_file_whose_loader_is_named_without_a_version()
    {
        IDataView data = new TestView(50, TestColumn.Features("Raw"));
        ITransformer chain = Ml.Transforms.CopyColumns("Features", "Raw").Fit(data).Append(Models.Create(NetTask.Regression));
        using var stream = new MemoryStream();
        Ml.Model.Save(chain, data.Schema, stream);

        Assert.Equal(chain.Transform(data).ScoreBits(), Load(stream.ToArray()).Transform(data).ScoreBits());
        Assert.All(ZipEntries(stream.ToArray()).Values, bytes => Assert.DoesNotContain("MLExtensions.Transforms, Version", Latin(bytes)));
        Assert.Contains(ZipEntries(stream.ToArray()).Values, bytes => Latin(bytes).Contains("MLExtensions.Transforms"));

        static string Latin(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes).Replace("\0", "");
    }

    [Fact]
    public void A_model_with_2_million_parameters_comes_back()
    {
        FittedNetwork net = Nets.Create(NetTask.Multiclass, inputs: 1000, recipe: Architecture.Mlp([1000, 1000]), classes: 10);

        Assert.Equal(net.Parameters, FileBytes.Read(FileBytes.Write(net)).Model.Network.Parameters);
    }

    private static NeuralNetworkTransformer RoundTrip(NeuralNetworkTransformer model, IDataView? source = null) =>
        Assert.IsType<NeuralNetworkTransformer>(Load(Save(model, source)));

    private static ITransformer Load(byte[] file) => new MLContext().Model.Load(new MemoryStream(file), out _);

    private static byte[] Save(ITransformer model, IDataView? source = null)
    {
        using var stream = new MemoryStream();
        Ml.Model.Save(model, (source ?? Source).Schema, stream);
        return stream.ToArray();
    }

    private static byte[] NetworkEntry(byte[] file) => ZipEntries(file).Single(entry => entry.Key.EndsWith("Network", StringComparison.Ordinal)).Value;

    private static Dictionary<string, byte[]> ZipEntries(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file));
        return zip.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using Stream stream = entry.Open();
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            return memory.ToArray();
        });
    }
}
