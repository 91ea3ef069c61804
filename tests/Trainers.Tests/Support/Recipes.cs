using MLExtensions.Trainers.Tests.Nets.Convolution;

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
        ["mlp layer standardized"] = Architecture.Mlp([12, 9], Activation.Silu, Normalization.Layer, dropout: 0.1, weightStandardization: true),
    };

    public static TheoryData<string> All => [.. Named.Keys];

    /// <summary>Those that take a plain vector of any length.</summary>
    public static TheoryData<string> OfVectors => [.. Named.Keys.Where(name => Named[name] is MlpArchitecture)];

    /// <summary>Those with weights that a normalisation follows.</summary>
    public static TheoryData<string> Normalized => [.. Named.Keys.Where(name => Named[name].IsNormalized)];

    /// <summary>All, and those for pictures.</summary>
    public static TheoryData<string> WithPictures => [.. Named.Keys, .. ConvRecipes.Names];

    /// <summary>Those with weights that a normalisation follows, and those for pictures.</summary>
    public static TheoryData<string> NormalizedWithPictures => [.. Named.Keys.Concat(ConvRecipes.Names).Where(name => Shaped(name).Recipe.IsNormalized)];

    /// <summary>Any recipe with what it takes.</summary>
    internal static (Architecture Recipe, InputShape Input, int Outputs) Shaped(string name) =>
        Named.TryGetValue(name, out Architecture? recipe) ? (recipe, 6, 3) : (ConvRecipes.Get(name).Recipe, ConvRecipes.Get(name).Input, 3);

    /// <summary>The recipe with features and outputs that it takes.</summary>
    internal static (Architecture Recipe, InputShape Inputs, int Outputs) Get(string name) =>
        (Named[name], Named[name] is ConvArchitecture ? InputShape.Image(2, 8, 8) : InputShape.Vector(6), 3);
}
