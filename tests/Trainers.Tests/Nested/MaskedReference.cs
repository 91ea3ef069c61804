using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Scoring;

namespace MLExtensions.Trainers.Tests.Nested;

/// <summary>The full net with masks, in plain double arithmetic: mask, normalisation, activation; a masked unit has mean and variance 0.</summary>
internal static class MaskedReference
{
    public static double[] Score(NestedNetwork network, int step, ReadOnlySpan<float> features)
    {
        var recipe = (MlpArchitecture)network.Architecture;
        double[] x = Array.ConvertAll(features.ToArray(), value => (double)value);
        int at = network.StatisticsStart(step);
        for (int layer = 0; layer < recipe.Widths.Count; layer++)
        {
            int units = recipe.Widths[layer], kept = network.UnitsAt(step)[layer];
            bool normalizes = recipe.Normalization == Normalization.Batch;
            double[] y = Product(network.Parameter($"layers.{layer}.weight"), x, units), keep = network.KeepOf(layer);
            for (int unit = 0; unit < units; unit++)
            {
                if (!normalizes)
                    y[unit] += network.Parameter($"layers.{layer}.bias")[unit];
                bool isKept = unit < kept;
                y[unit] *= isKept ? 1 : 0;
                if (normalizes)
                {
                    double mean = isKept ? network.Statistics[at + unit] : 0, variance = isKept ? network.Statistics[at + kept + unit] : 0;
                    y[unit] = ((y[unit] - mean) / Math.Sqrt(variance + 1e-5) * network.Parameter($"layers.{layer}.norm.scale")[unit]) + network.Parameter($"layers.{layer}.norm.shift")[unit];
                }
                else
                {
                    y[unit] *= keep[network.GroupsOf(layer).ElementOf(unit)];
                }

                y[unit] = Activate(y[unit], recipe.Activation);
            }

            at += normalizes ? 2 * kept : 0;
            x = y;
        }

        double[] z = Product(network.Parameter("head.weight"), x, network.OutputWidth);
        for (int k = 0; k < z.Length; k++)
            z[k] += network.Parameter("head.bias")[k];
        return z;
    }

    private static double[] Product(ReadOnlySpan<float> weight, double[] x, int outputs)
    {
        var y = new double[outputs];
        for (int o = 0; o < outputs; o++)
            for (int i = 0; i < x.Length; i++)
                y[o] += weight[(o * x.Length) + i] * x[i];
        return y;
    }

    private static double Activate(double x, Activation activation)
    {
        var lane = new float[DenseLayer.Lane];
        lane[0] = (float)x;
        ActivationFunctions.Apply(activation, lane);
        return lane[0];
    }
}
