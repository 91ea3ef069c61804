using MLExtensions.Trainers.Nets;

namespace MLExtensions;

/// <summary>Facts about a fitted net.</summary>
public sealed class NeuralNetworkModel
{
    internal NeuralNetworkModel(FittedNetwork network) => Network = network;

    /// <summary>The recipe.</summary>
    public Architecture Architecture => Network.Architecture;

    /// <summary>Features per row.</summary>
    public int InputWidth => Network.InputWidth;

    /// <summary>What a row of features is: a plain vector, or a picture.</summary>
    public InputShape InputShape => Network.Input;

    /// <summary>Raw outputs per row: classes (multiclass), or 1.</summary>
    public int OutputWidth => Network.OutputWidth;

    /// <summary>Number of trained parameters.</summary>
    public int ParameterCount => Network.Parameters.Length;

    internal FittedNetwork Network { get; }
}
