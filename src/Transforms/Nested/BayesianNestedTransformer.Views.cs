using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;

namespace MLExtensions;

public sealed partial class BayesianNestedTransformer
{
    /// <summary>A view of another width: a share of the units of every hidden layer, the most important first.</summary>
    /// <param name="width">In (0, 1]; rounded to the nearest of <see cref="BayesianNestedModel.Widths"/>. 1 is the whole net. Ends an adaptive width.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside (0, 1], or narrower than the net can be; the message says which widths there are.</exception>
    public BayesianNestedTransformer WithWidth(double width) => With(Model.View with { Step = Model.Network.Settings.StepOf(width), Adaptive = null });

    /// <summary>A view whose scores are averaged over draws of the weights.</summary>
    /// <param name="samples">Number of draws, 1 to 10,000. More than 1 switches the noise of the weights on. 8 is a good number; each costs a pass.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below 1, or above 10,000.</exception>
    public BayesianNestedTransformer WithSamples(int samples)
    {
        if (samples is < 1 or > NestedView.MostSamples)
            throw new ArgumentOutOfRangeException(nameof(samples), samples, $"A score is averaged over 1 to {NestedView.MostSamples} draws of the weights; 8 is a good number.");
        return With(Model.View with { Samples = samples, WeightNoise = samples > 1 || Model.View.WeightNoise });
    }

    /// <summary>A view with drawn weights, or with their means.</summary>
    /// <param name="noise">True: draws, as many as <see cref="WithSamples"/> says. False: mean weights; there is one score then, so no mutual information and no epistemic deviation.</param>
    public BayesianNestedTransformer WithWeightNoise(bool noise) => With(Model.View with { WeightNoise = noise });

    /// <summary>A view with the columns of uncertainty (<see cref="UncertaintyColumnNames"/>). Each is computed only when it is read.</summary>
    /// <param name="level">Regression: the level of the intervals, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A level outside (0, 1).</exception>
    public BayesianNestedTransformer WithUncertainty(double level = 0.9)
    {
        if (!(level is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "The level of intervals is above 0 and below 1; 0.9 gives intervals that should hold 90 % of the labels.");
        return With(Model.View with { Uncertainty = true, Level = level });
    }

    /// <summary>A view without the columns of uncertainty.</summary>
    public BayesianNestedTransformer WithoutUncertainty() => With(Model.View with { Uncertainty = false });

    /// <summary>
    /// A view that scores every row at a narrow width first, and at a wide one only where the narrow score is not sure. Adds the column
    /// <see cref="UncertaintyColumnNames.WidthUsed"/>.
    /// </summary>
    /// <param name="start">The narrow width, in (0, 1].</param>
    /// <param name="threshold">
    /// Classification: the largest probability from which on a row is sure, in [0, 1]. Regression: the epistemic deviation up to which it is, at least 0, in units of the
    /// label; needs draws (<see cref="WithSamples"/>).
    /// </param>
    /// <param name="max">The wide width, not below <paramref name="start"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A width that the net does not have, or a threshold outside its range.</exception>
    public BayesianNestedTransformer AdaptiveWidth(double start, double threshold, double max = 1)
    {
        NestedSettings settings = Model.Network.Settings;
        int narrow = settings.StepOf(start), wide = settings.StepOf(max);
        if (narrow > wide)
            throw new ArgumentOutOfRangeException(nameof(max), max, $"The width that unsure rows are scored at must not be below start ({start}).");
        bool regression = Model.Network.Task == NetTask.Regression;
        if (regression && Model.View.Draws < 2)
            throw new InvalidOperationException("A regression is unsure where draws of its weights differ: take at least two of them, as in model.WithSamples(8).AdaptiveWidth(...).");
        if (!(threshold >= 0 && (regression ? double.IsFinite(threshold) : threshold <= 1)))
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, regression
                ? "The threshold is the epistemic deviation up to which a row is sure, at least 0 and finite, in units of the label."
                : "The threshold is the largest probability from which on a row is sure, 0 to 1. 0 never widens.");
        return With(Model.View with { Step = wide, Adaptive = new NestedAdaptive(narrow, threshold) });
    }

    /// <summary>
    /// A plain net of a width, physically smaller: it holds the mean weights of that width only. Its scores are those of the view of that width with mean weights. A
    /// regression keeps its mean. Of a convolutional net that is a <see cref="NarrowedArchitecture"/>.
    /// </summary>
    /// <param name="width">In (0, 1].</param>
    /// <returns>A transformer to use and save like any other.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A width that the net does not have.</exception>
    public NeuralNetworkTransformer Extract(double width) =>
        new(_environment, new NestedExtraction(Model.Network, Model.Network.Settings.StepOf(width)).Extract(), _names, _labels);

    private BayesianNestedTransformer With(NestedView view) => new(_environment, Model.Network, view, _names, _labels);
}
