namespace MLExtensions.Trainers.Tests.Nets.Convolution;

/// <summary>Every convolutional recipe at a size that a test can bear.</summary>
public static class ConvRecipes
{
    private static readonly Dictionary<string, (ConvArchitecture Recipe, InputShape Input)> Named = new()
    {
        ["small"] = (Architecture.ConvNet([[3, 4]]), InputShape.Image(1, 6, 5)),
        ["small deep"] = (Architecture.ConvNet([[3], [4, 5]], dropout: 0.1), InputShape.Image(2, 8, 8, ImageLayout.Interleaved)),
        ["small plain"] = (Architecture.ConvNet([[3, 4]], Normalization.None), InputShape.Image(1, 6, 6)),
        ["resnet 18"] = (Architecture.ResNet(18, ImageStem.Small, 0.1), InputShape.Image(1, 8, 8)),
        ["resnet 50"] = (Architecture.ResNet(50, widthFactor: 0.05), InputShape.Image(3, 9, 8)),
        ["cifar resnet 8"] = (Architecture.CifarResNet(8), InputShape.Image(3, 8, 8)),
        ["cifar resnet 8 zeros around"] = (Architecture.CifarResNet(8, CifarShortcut.ZerosAround), InputShape.Image(3, 7, 9)),
        ["cifar resnet 8 projection"] = (Architecture.CifarResNet(8, CifarShortcut.Projection), InputShape.Image(3, 8, 8)),
        ["vgg 11"] = (Architecture.Vgg(11, widthFactor: 0.1, dropout: 0), InputShape.Image(3, 16, 16)),
        ["vgg 11 for large pictures"] = (Architecture.Vgg(11, widthFactor: 0.02, stem: ImageStem.ImageNet, dropout: 0), InputShape.Image(3, 32, 32)),
        ["vgg 11 plain"] = (Architecture.Vgg(11, batchNorm: false, widthFactor: 0.1, dropout: 0), InputShape.Image(3, 16, 16)),
        ["mobilenet"] = (Architecture.MobileNetV2(0.25, dropout: 0), InputShape.Image(3, 16, 16)),
    };

    public static IEnumerable<string> Names => Named.Keys;

    public static TheoryData<string> All => [.. Named.Keys];

    public static TheoryData<string> WithoutDropout => [.. Named.Keys.Where(name => !Named[name].Recipe.ToString().Contains("dropout 0.", StringComparison.Ordinal))];

    internal static (ConvArchitecture Recipe, InputShape Input) Get(string name) => Named[name];
}
