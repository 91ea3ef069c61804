namespace MLExtensions.Trainers.Metrics;

/// <summary>Labels with predicted intervals.</summary>
/// <param name="Labels">[rows]</param>
/// <param name="Lower">[rows]</param>
/// <param name="Upper">[rows]</param>
internal sealed record IntervalPredictions(double[] Labels, double[] Lower, double[] Upper)
{
    /// <summary>The share of labels within their interval, ends included.</summary>
    public double Coverage() => Enumerable.Range(0, Labels.Length).Count(i => Labels[i] >= Lower[i] && Labels[i] <= Upper[i]) / (double)Labels.Length;

    /// <summary>Mean of upper − lower.</summary>
    public double MeanWidth() => Upper.Zip(Lower, (u, l) => u - l).Average();

    /// <summary>Interval score (Gneiting and Raftery, 2007): the width, plus 2 / (1 − level) times the distance of a label outside.</summary>
    public double Score(double level) => Enumerable.Range(0, Labels.Length).Average(i =>
        Upper[i] - Lower[i] + (2 / (1 - level) * (Math.Max(0, Lower[i] - Labels[i]) + Math.Max(0, Labels[i] - Upper[i]))));
}
