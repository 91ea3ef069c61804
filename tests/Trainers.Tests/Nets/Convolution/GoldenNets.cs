using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Runtime;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nets.Convolution;

/// <summary>Nets with the golden data's weights.</summary>
internal static class GoldenNets
{
    public static (ConvArchitecture Recipe, int Size, int Classes) Of(string name) => name switch
    {
        "resnet20_cifar_32" or "train_resnet20_cifar" => (Architecture.CifarResNet(20), 32, 10),
        "resnet20_cifar_splitpad_32" or "train_resnet20_cifar_splitpad" => (Architecture.CifarResNet(20, CifarShortcut.ZerosAround), 32, 10),
        "resnet18_c10_32" => (Architecture.ResNet(18, ImageStem.ImageNet), 32, 10),
        "resnet18_c10_64" => (Architecture.ResNet(18, ImageStem.ImageNet), 64, 10),
        "resnet18_224" => (Architecture.ResNet(18), 224, 1000),
        "resnet34_224" => (Architecture.ResNet(34), 224, 1000),
        "resnet50_224" => (Architecture.ResNet(50), 224, 1000),
        "mobilenet_v2_224" => (Architecture.MobileNetV2(), 224, 1000),
        "vgg11_bn_c10_64" => (Architecture.Vgg(11), 64, 10),
        "vgg11_bn_224" => (Architecture.Vgg(11), 224, 1000),
        "vgg16_bn_224" => (Architecture.Vgg(16), 224, 1000),
        _ => throw new ArgumentException($"No golden net {name}."),
    };

    public static IReadOnlyList<TorchvisionTensor> Tensors(string name)
    {
        (ConvArchitecture recipe, int size, int classes) = Of(name);
        return TorchvisionNames.Of(recipe, InputShape.Image(3, size, size), classes);
    }

    public static ConvNet Create(string name, Device device)
    {
        (ConvArchitecture recipe, int size, int classes) = Of(name);
        var net = new ConvNet(recipe, InputShape.Image(3, size, size), classes, device, Precision.Float32);
        IReadOnlyList<TorchvisionTensor> tensors = Tensors(name);
        HashSet<string> norms = [.. tensors.Where(tensor => tensor.Name.EndsWith(".running_mean", StringComparison.Ordinal)).Select(tensor => tensor.Name[..^".running_mean".Length])];
        double gain = name.Contains("resnet", StringComparison.Ordinal) && !name.StartsWith("mobile", StringComparison.Ordinal) ? 1 : 2;
        var parameters = new float[net.Parameters.Layout.ParameterCount];
        var buffers = new float[net.Parameters.Layout.BufferCount];
        TorchvisionNames.Read(
            tensors, tensor => GoldenFormula.Values(tensor.Name, tensor.Shape, gain, norms.Contains(tensor.Name[..tensor.Name.LastIndexOf('.')])), parameters, buffers);
        net.Parameters.Set(parameters, buffers);
        return net;
    }

    public static Tensor Pictures(int count, int size, Device device) =>
        HostTensor.Create<float>(GoldenFormula.Input(count * 3 * size * size), device).reshape(count, 3 * size * size);
}
