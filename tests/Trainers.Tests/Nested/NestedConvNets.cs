using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nested;

/// <summary>Small nested convolutional nets for tests.</summary>
internal static class NestedConvNets
{
    public const int Outputs = 3;

    public static readonly InputShape Input = InputShape.Image(2, 8, 8);

    public static readonly NestedSettings Settings = new() { Groups = 6, Floor = 2, Ordering = NestedOrdering.Learned };

    public static Architecture Recipe(string name) => name switch
    {
        "convnet" => Architecture.ConvNet([[8, 11], [9]]), // 8, 11 and 9 channels in 6 groups: remainders
        "convnet, no norm" => Architecture.ConvNet([[8, 11], [9]], Normalization.None),
        "vgg" => Architecture.Vgg(11, widthFactor: .03, stem: ImageStem.Small, dropout: 0),
        "resnet" => Architecture.ResNet(18, ImageStem.Small, .1),
        "cifar resnet" => Architecture.CifarResNet(8),
        _ => Architecture.CifarResNet(8, CifarShortcut.Projection),
    };

    public static InputShape InputOf(string name) => name == "vgg" ? InputShape.Image(2, 16, 16) : Input;

    public static NestedConvNet Create(string name, NestedSettings? settings = null, double logAlpha = -2)
    {
        var net = new NestedConvNet((ConvArchitecture)Recipe(name), InputOf(name), Outputs, settings ?? Settings, .8, logAlpha, CPU);
        NestedNets.Shake(net);
        return net;
    }

    /// <summary>A net with the statistics of random pictures.</summary>
    public static NestedNetwork Fitted(string name, NestedSettings? settings = null, NetTask task = NetTask.Multiclass)
    {
        using NestedConvNet net = Create(name, settings);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        InputShape input = InputOf(name);
        float[] statistics = net.CollectStatistics(Numbers.Tensor(CPU, 77, 24, input.Length), static () => { });
        return new NestedNetwork(task, Recipe(name), settings ?? Settings, input, Outputs, net.Parameters.ToArrays().Parameters, statistics, NestedNets.Report())
        {
            Calibration = [.. (settings ?? Settings).Steps.Select(step => 1 + (step * .02f))],
        };
    }
}
