using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;

namespace MLExtensions.Trainers.Tests.Scoring;

/// <summary>Random fitted nets, and their forward pass written out naively in double precision.</summary>
internal static class Nets
{
    public static FittedNetwork Random(MlpArchitecture mlp, int inputs, int outputs, long seed, NetTask task = NetTask.Multiclass)
    {
        ParameterLayout layout = ParameterLayout.Of(mlp, inputs, outputs);
        float[] parameters = new float[layout.ParameterCount];
        float[] buffers = new float[layout.BufferCount];
        SeededRandom random = SeededRandom.Derive(seed, inputs, outputs);
        foreach (ParameterSlot slot in layout.Parameters)
        {
            Span<float> values = parameters.AsSpan(slot.Offset, slot.Length);
            float size = slot.Role == ParameterRole.Weight ? 1 / MathF.Sqrt(slot.Shape[1]) : 0.5f;
            random.FillGaussian(values, slot.Role == ParameterRole.NormScale ? 1 : 0, size);
        }

        foreach (ParameterSlot slot in layout.Buffers)
        {
            bool variance = slot.Role == ParameterRole.NormScale;
            random.FillUniform(buffers.AsSpan(slot.Offset, slot.Length), variance ? 0.1f : -0.5f, variance ? 2 : 0.5f);
        }

        return new FittedNetwork(task, mlp, inputs, outputs, parameters, buffers, null!);
    }

    public static float[] Rows(int count, int width, long seed)
    {
        float[] rows = new float[count * width];
        SeededRandom.Derive(seed, 99).FillGaussian(rows);
        return rows;
    }

    public static double[] Forward(FittedNetwork net, ReadOnlySpan<float> row)
    {
        var mlp = (MlpArchitecture)net.Architecture;
        ParameterLayout layout = ParameterLayout.Of(mlp, net.InputWidth, net.OutputWidth);
        double[] x = [.. row.ToArray().Select(value => (double)value)];
        for (int i = 0; i < mlp.Widths.Count; i++)
        {
            double[] z = Product($"layers.{i}.weight", x);
            if (mlp.Normalization == Normalization.None)
                z = [.. z.Select((value, unit) => value + At(net.Parameters, $"layers.{i}.bias", unit))];
            if (mlp.Normalization == Normalization.Batch)
                z = [.. z.Select((value, unit) =>
                    (value - At(net.Buffers, $"layers.{i}.norm.mean", unit)) / Math.Sqrt(At(net.Buffers, $"layers.{i}.norm.variance", unit) + 1e-5))];
            if (mlp.Normalization == Normalization.Layer)
            {
                double mean = z.Average(), variance = z.Average(value => (value - mean) * (value - mean));
                z = [.. z.Select(value => (value - mean) / Math.Sqrt(variance + 1e-5))];
            }

            if (mlp.Normalization != Normalization.None)
                z = [.. z.Select((value, unit) =>
                    (value * At(net.Parameters, $"layers.{i}.norm.scale", unit)) + At(net.Parameters, $"layers.{i}.norm.shift", unit))];
            x = [.. z.Select(value => Activate(mlp.Activation, value))];
        }

        return [.. Product("head.weight", x).Select((value, unit) => ((value + At(net.Parameters, "head.bias", unit)) * net.TargetScale) + net.TargetMean)];

        double At(float[] values, string name, int index) => values[layout[name].Offset + index];
        double[] Product(string name, double[] input) =>
            [.. Enumerable.Range(0, layout[name].Shape[0])
                .Select(unit => input.Select((value, i) => value * At(net.Parameters, name, (unit * input.Length) + i)).Sum())];
    }

    private static double Activate(Activation activation, double x) => activation switch
    {
        Activation.Relu => Math.Max(x, 0),
        Activation.LeakyRelu => x > 0 ? x : 0.01 * x,
        Activation.Gelu => x * Normal(x),
        Activation.Silu => x / (1 + Math.Exp(-x)),
        Activation.Tanh => Math.Tanh(x),
        _ => x,
    };

    /// <summary>Φ(x) by its series, sure for |x| up to about 6.</summary>
    public static double Normal(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < 200; n++)
            sum += term *= x * x / ((2 * n) + 1);
        return 0.5 + (sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
    }
}
