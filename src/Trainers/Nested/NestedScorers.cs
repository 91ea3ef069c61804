using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Scoring;

namespace MLExtensions.Trainers.Nested;

/// <summary>Makes the scorer of a view.</summary>
internal static class NestedScorers
{
    /// <summary>The scorer; for each row the outputs of every draw, and with an adaptive width whether it was widened.</summary>
    public static IRowScorer Of(NestedNetwork network, NestedView view)
    {
        int width = view.Draws * network.OutputWidth;
        LazyScorer wide = Lazy(view.Step);
        if (view.Adaptive is not { } adaptive)
            return wide;
        float least = (float)(network.Task == NetTask.Regression ? -adaptive.Threshold : adaptive.Threshold);
        return new AdaptiveScorer(Lazy(adaptive.Start), wide, new NestedOutputs(network, view.Draws), least);

        LazyScorer Lazy(int step) => new(network.InputWidth, width, () => SampledScorer.Create(network, step, view.Samples, view.WeightNoise));
    }
}
