using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Tests.Nets.Convolution;
using MLExtensions.Trainers.WeightFiles;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.WeightFiles;

public sealed class NetWeightsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("NetWeightsTests-").FullName;

    public NetWeightsTests() => NativeTorch.EnsureLoaded();

    // A file as torchvision would write it: its names, shapes and counters; values by the golden formula.
    [Theory]
    [InlineData("resnet18_c10_32")]
    [InlineData("mobilenet_v2_224")]
    public void A_file_with_torchvisions_names_gives_the_golden_weights(string name)
    {
        (ConvArchitecture recipe, int size, int classes) = GoldenNets.Of(name);
        using ConvNet golden = GoldenNets.Create(name, CPU);
        (float[] parameters, float[] buffers) = golden.Parameters.ToArrays();
        string path = Path.Combine(_folder, name);
        WeightFileWriter.Write(path, [.. GoldenTensors.Tensors(name)], new Dictionary<string, string>());
        using Net net = Net.Create(recipe, InputShape.Image(3, size, size), classes, CPU);
        net.Initialize(1);
        InitialWeightsReport report = NetWeights.Load(path, net);
        Assert.True(report.HeadLoaded);
        Assert.Empty(report.Missing);
        Assert.Empty(report.LeftOver);
        Assert.True(parameters.AsSpan().SequenceEqual(net.Parameters.ToArrays().Parameters));
        Assert.True(buffers.AsSpan().SequenceEqual(net.Parameters.ToArrays().Buffers));
    }

    [Fact]
    public void Another_number_of_classes_keeps_the_body_and_draws_the_head()
    {
        (ConvArchitecture recipe, int size, _) = GoldenNets.Of("resnet20_cifar_32");
        string path = Path.Combine(_folder, "net");
        WeightFileWriter.Write(path, [.. GoldenTensors.Tensors("resnet20_cifar_32")], new Dictionary<string, string>());
        using Net net = Net.Create(recipe, InputShape.Image(3, size, size), 7, CPU);
        net.Initialize(1);
        float[] before = net.Parameters.ToArrays().Parameters;
        InitialWeightsReport report = NetWeights.Load(path, net);
        float[] after = net.Parameters.ToArrays().Parameters;
        Assert.False(report.HeadLoaded);
        Assert.Equal(["fc.weight has [10, 64], the net wants [7, 64]", "fc.bias has [10], the net wants [7]"], report.WrongShape);
        foreach (ParameterSlot slot in net.Parameters.Layout.Parameters)
            Assert.Equal(slot.Name.StartsWith("head.", StringComparison.Ordinal), before.AsSpan(slot.Offset, slot.Length).SequenceEqual(after.AsSpan(slot.Offset, slot.Length)));
    }

    [Fact]
    public void The_weights_of_another_net_are_refused()
    {
        string path = Path.Combine(_folder, "net");
        WeightFileWriter.Write(path, [.. GoldenTensors.Tensors("resnet18_c10_32")], new Dictionary<string, string>());
        using Net net = Net.Create(Architecture.CifarResNet(20), InputShape.Image(3, 32, 32), 10, CPU);
        string message = Assert.Throws<InvalidDataException>(() => NetWeights.Load(path, net)).Message;
        Assert.All((string[])[path, "CifarResNet(20", "of another shape: conv1.weight has [64, 3, 7, 7], the net wants [16, 3, 3, 3]", "expected every tensor"],
            word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_net_saves_has_torchvisions_names_and_loads_to_the_same_numbers()
    {
        ConvArchitecture recipe = Architecture.Vgg(11, widthFactor: 1 / 64.0, stem: ImageStem.ImageNet); // its convolutions have biases there and none here
        InputShape input = InputShape.Image(3, 64, 64);
        using Net net = Net.Create(recipe, input, 10, CPU);
        float[] parameters = Numbers.Uniform(net.Parameters.Layout.ParameterCount, 1), buffers = Numbers.Uniform(net.Parameters.Layout.BufferCount, 2);
        string path = Path.Combine(_folder, "net");
        NetWeights.Save(path, new FittedNetwork(NetTask.Multiclass, recipe, input, 10, parameters, buffers, null!));
        using (WeightFile file = WeightFile.Open(path))
            Assert.Equal(
                GoldenReader.Csv(Path.Combine(GoldenFolder.Case("vgg11_bn_224"), "keys.csv")).Select(row => row["key"]).Where(key => !key.EndsWith("tracked", StringComparison.Ordinal)),
                file.Header.Entries.Select(entry => entry.Name));
        NetWeights.Load(path, net);
        Assert.Equal(parameters, net.Parameters.ToArrays().Parameters);
        Assert.Equal(buffers, net.Parameters.ToArrays().Buffers);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static class GoldenTensors
    {
        // All that keys.csv lists, counters too (as numbers that nobody reads).
        public static IEnumerable<NamedWeights> Tensors(string name)
        {
            string[] keys = [.. GoldenReader.Csv(Path.Combine(GoldenFolder.Case(name), "keys.csv")).Select(row => row["key"])];
            HashSet<string> norms = [.. keys.Where(key => key.EndsWith(".running_mean", StringComparison.Ordinal)).Select(key => key[..^".running_mean".Length])];
            double gain = name.StartsWith("resnet", StringComparison.Ordinal) ? 1 : 2;
            foreach (Dictionary<string, string> row in GoldenReader.Csv(Path.Combine(GoldenFolder.Case(name), "keys.csv")))
            {
                int[] shape = row["shape"] == "scalar" ? [] : [.. row["shape"].Split('x').Select(size => int.Parse(size, System.Globalization.CultureInfo.InvariantCulture))];
                string key = row["key"];
                float[] values = key.EndsWith("num_batches_tracked", StringComparison.Ordinal) ? [0] : GoldenFormula.Values(key, shape, gain, norms.Contains(key[..key.LastIndexOf('.')]));
                yield return new NamedWeights(key, Array.ConvertAll(shape, size => (long)size), values);
            }
        }
    }
}
