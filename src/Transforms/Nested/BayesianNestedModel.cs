using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;

namespace MLExtensions;

/// <summary>Facts about a fitted Bayesian nested net, and about the view of it.</summary>
public sealed class BayesianNestedModel
{
    internal BayesianNestedModel(NestedNetwork network, NestedView view)
    {
        Network = network;
        View = view;
    }

    /// <summary>The recipe at full width.</summary>
    public Architecture Architecture => Network.Architecture;

    /// <summary>Features per row.</summary>
    public int InputWidth => Network.InputWidth;

    /// <summary>The widths of the net, narrowest first: shares of the units, or channels, of every hidden layer.</summary>
    public IReadOnlyList<double> Widths => [.. Network.Settings.Steps.Select(ShareOf)];

    /// <summary>The width of this view; with an adaptive width the widest.</summary>
    public double Width => ShareOf(View.Step);

    /// <summary>Draws of the weights that a score is averaged over; 1 with mean weights.</summary>
    public int Samples => View.Draws;

    /// <summary>Whether weights are drawn; else scores come from the mean weights.</summary>
    public bool WeightNoise => View.WeightNoise;

    /// <summary>Whether the columns of uncertainty are added.</summary>
    public bool HasUncertainty => View.Uncertainty;

    /// <summary>Regression: the level of the intervals.</summary>
    public double Level => View.Level;

    /// <summary>The width that rows are scored at first; null without an adaptive width.</summary>
    public double? AdaptiveStart => View.Adaptive is { } adaptive ? ShareOf(adaptive.Start) : null;

    /// <summary>The certainty from which on that is enough; null without an adaptive width.</summary>
    public double? AdaptiveThreshold => View.Adaptive?.Threshold;

    /// <summary>Numbers that the model file holds: mean and noise of every weight, biases, gates.</summary>
    public int ParameterCount => Network.Parameters.Length;

    /// <summary>Weights and biases of the plain net of a width.</summary>
    /// <param name="width">One of <see cref="Widths"/>, or near one.</param>
    public long ParametersAt(double width) =>
        ParameterLayout.Of(Network.RecipeAt(Network.Settings.StepOf(width)), Network.Input, Network.OutputWidth).ParameterCount;

    /// <summary>Multiplications that a row costs at a width, for one draw.</summary>
    /// <param name="width">One of <see cref="Widths"/>, or near one.</param>
    public long MultiplyAddsAt(double width) => MultiplyAdds(Network.Settings.StepOf(width));

    /// <summary>
    /// How probable each width of a hidden layer was in training: what has been learned about its order. Sums to 1. In a convolutional net every convolution is a layer, but
    /// the convolutions whose results are added to each other in a residual stage are one.
    /// </summary>
    /// <param name="layer">0 for the first.</param>
    /// <returns>One probability for each number of groups, from the floor to all.</returns>
    public IReadOnlyList<double> WidthProbabilities(int layer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(layer, Network.Plan.Masks.Count);
        double[] keep = Network.KeepOf(layer);
        return [.. keep.Select((kept, i) => kept - (i + 1 < keep.Length ? keep[i + 1] : 0))];
    }

    internal NestedNetwork Network { get; }

    internal NestedView View { get; }

    internal double ShareOf(int step) => step / (double)Network.Settings.Groups;

    internal long MultiplyAdds(int step)
    {
        if (Network.RecipeAt(step) is ConvArchitecture recipe)
        {
            ConvBody body = recipe.Describe(Network.Input);
            return (long)((body.Work + body.Head(Network.OutputWidth).Work) / 2);
        }

        long sum = 0, inputs = InputWidth;
        foreach (long units in Network.UnitsAt(step))
        {
            sum += inputs * units;
            inputs = units;
        }

        return sum + (inputs * Network.OutputWidth);
    }
}
