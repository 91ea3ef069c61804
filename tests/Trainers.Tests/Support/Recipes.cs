namespace MLExtensions.Trainers.Tests;

/// <summary>Every kind of recipe, small, with its sizes. A new recipe joins here and so in the tests that every recipe passes.</summary>
public static class Recipes
{
    private static readonly Dictionary<string, Architecture> Named = new()
    {
        ["linear"] = Architecture.Mlp([]),
        ["mlp"] = Architecture.Mlp([12, 9]),
        ["mlp leaky"] = Architecture.Mlp([7], Activation.LeakyRelu),
        ["mlp tanh"] = Architecture.Mlp([12, 9], Activation.Tanh),
        ["mlp batch"] = Architecture.Mlp([12, 9], normalization: Normalization.Batch),
        ["mlp batch gelu"] = Architecture.Mlp([12, 9], Activation.Gelu, Normalization.Batch, dropout: 0.1),
        ["mlp layer"] = Architecture.Mlp([12, 9], normalization: Normalization.Layer),
        ["mlp batch standardized"] = Architecture.Mlp([12, 9], normalization: Normalization.Batch, weightStandardization: true),
        ["convnet"] = Architecture.ConvNet([[4, 5]], Normalization.None),
        ["convnet batch"] = Architecture.ConvNet([[4], [5]]),
        ["cifar resnet"] = Architecture.CifarResNet(8),
        ["mlp layer standardized"] = Architecture.Mlp([12, 9], Activation.Silu, Normalization.Layer, dropout: 0.1, weightStandardization: true),
    };

    public static TheoryData<string> All => [.. Named.Keys];

    /// <summary>Those that take a plain vector of any length.</summary>
    public static TheoryData<string> OfVectors => [.. Named.Keys.Where(name => Named[name] is MlpArchitecture)];

    /// <summary>Those with weights that a normalisation follows.</summary>
    public static TheoryData<string> Normalized => [.. Named.Keys.Where(name => Named[name].IsNormalized)];

    /// <summary>The recipe with features and outputs that it takes.</summary>
    internal static (Architecture Recipe, InputShape Inputs, int Outputs) Get(string name) =>
        (Named[name], Named[name] is ConvArchitecture ? InputShape.Image(2, 8, 8) : InputShape.Vector(6), 3);
}
