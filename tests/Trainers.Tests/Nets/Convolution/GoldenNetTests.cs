using MLExtensions.Trainers.Nets.Convolution;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nets.Convolution;

/// <summary>Recipes against torchvision's own nets with the same weights: names, shapes, stages, features, logits.</summary>
public sealed class GoldenNetTests
{
    public static TheoryData<string> All => ["resnet20_cifar_32", "resnet20_cifar_splitpad_32", "resnet18_c10_32"];

    public static TheoryData<string> Named =>
    [
        "resnet20_cifar_32", "resnet18_c10_32", "resnet34_224", "resnet50_224", "mobilenet_v2_224", "vgg11_bn_c10_64", "vgg16_bn_224",
    ];

    [Theory]
    [MemberData(nameof(Named))]
    public void Names_shapes_and_order_are_those_of_torchvision(string name)
    {
        string folder = GoldenFolder.Case(name);

        IEnumerable<(string, string)> expected = GoldenReader.Csv(Path.Combine(folder, "keys.csv")).Select(row => (row["key"], row["shape"]));

        Assert.Equal(expected, GoldenNets.Tensors(name).Select(tensor => (tensor.Name, tensor.Shape.Length == 0 ? "scalar" : string.Join('x', tensor.Shape))));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Logits_features_and_stages_are_those_of_torchvision(string name) => GoldenCheck.Run(name, TestDevices.Get("cpu"), tolerance: 5e-5);
}
