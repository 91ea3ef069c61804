using MLExtensions.Trainers.Metrics;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Scoring;
using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// Fits one number for each width on validation rows: the temperature of the logits (Guo et al., 2017), or for a regression what is added to the logarithm of the noise's
/// variance. The output layer serves all widths and is too cautious at narrow ones. Not in the paper.
/// </summary>
internal static class WidthCalibration
{
    /// <summary>Fewer rows say too little.</summary>
    public const int LeastRows = 50;

    private const int MostRows = 4096;
    private const double MostTemperature = 20;

    /// <summary>One number per width; empty with too few rows.</summary>
    /// <param name="network">The net, for standardised features.</param>
    /// <param name="validation">Standardised validation rows; null for none.</param>
    public static float[] Fit(NestedNetwork network, IRowFeed? validation)
    {
        if (validation is null || validation.Rows < LeastRows)
            return [];
        var features = new List<float>();
        var targets = new List<float>();
        validation.BeginEpoch(null, 0);
        while (targets.Count < MostRows && validation.Next(1024) is { } batch)
        {
            features.AddRange(FlatParameters.ToArray(batch.Features.contiguous().flatten()));
            targets.AddRange(FlatParameters.ToArray(batch.Targets.to(float32)));
        }

        return [.. network.Settings.Steps.Select(step => Fit(network, step, [.. features], [.. targets]))];
    }

    private static float Fit(NestedNetwork network, int step, float[] features, float[] targets)
    {
        IRowScorer scorer = SampledScorer.Create(network, step, 1, weightNoise: false);
        var outputs = new float[targets.Length * network.OutputWidth];
        scorer.Score(features, targets.Length, outputs);
        if (network.Task == NetTask.Regression)
        {
            double ratio = Enumerable.Range(0, targets.Length).Average(i => Math.Pow(targets[i] - outputs[2 * i], 2) * Math.Exp(-outputs[(2 * i) + 1]));
            return (float)Math.Log(Math.Clamp(ratio, 1e-6, 1e6));
        }

        double[] logits = network.Task == NetTask.Binary ? [.. outputs.SelectMany(z => new[] { 0.0, z })] : Array.ConvertAll(outputs, z => (double)z);
        double temperature = TemperatureScaling.Fit(logits, Array.ConvertAll(targets, target => (int)target), network.Task == NetTask.Binary ? 2 : network.OutputWidth);
        return (float)Math.Clamp(temperature, 1 / MostTemperature, MostTemperature);
    }
}
