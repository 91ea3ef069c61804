using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Training;

/// <summary>Measures norms, angles and input gradients once per epoch, in a few passes of managed code over a copy of the weights.</summary>
internal sealed class TelemetryRecorder(Net net, Loss loss, IReadOnlyList<bool> zeroFeatures)
{
    private readonly WeightSnapshot _now = new();
    private readonly float[] _gradients = new float[net.Parameters.Layout.ParameterCount];

    /// <summary>What an epoch has made of the weights.</summary>
    /// <param name="before">The weights at its start.</param>
    /// <param name="learningRate">η of its last step.</param>
    /// <param name="batch">Some rows.</param>
    public EpochTelemetry Measure(WeightSnapshot before, double learningRate, Batch batch)
    {
        _now.Take(net.Parameters);
        net.Parameters.CopyGradientsTo(_gradients);
        ParameterLayout layout = net.Parameters.Layout;
        LayerTelemetry[] layers = [.. layout.Parameters.Where(slot => slot.Role == ParameterRole.Weight).Select(slot => LayerOf(slot, before, learningRate))];
        var norms = new WeightNorms([.. layers.Select(layer => layer.Norm)]);
        return new EpochTelemetry
        {
            Layers = layers,
            LogIntrinsicNorm = norms.LogIntrinsic,
            WeightDecayValue = norms.DecayValue,
            BalancedWeightDecayValue = norms.BalancedDecayValue,
            InputGradientBound = Math.Exp(InputGradientBound.Log(net.Architecture, layout, _now.Parameters, _now.Buffers)) * loss.LargestOutputGradient,
            MeanInputGradientNorm = MeanInputGradientNorm(batch),
            ShareOutsideInputs = ShareOutsideInputs(layout.Parameters[0]),
        };
    }

    private LayerTelemetry LayerOf(ParameterSlot slot, WeightSnapshot before, double learningRate)
    {
        ReadOnlySpan<float> now = _now.Parameters.AsSpan(slot.Offset, slot.Length);
        ReadOnlySpan<float> then = before.Parameters.AsSpan(slot.Offset, slot.Length);
        int units = slot.ScaleInvariance == ScaleInvarianceKind.Rows ? slot.Shape[0] : 1;
        int width = slot.Length / units;
        double squares = 0, angles = 0;
        for (int at = 0; at < now.Length; at += width)
        {
            double square = Dot(now.Slice(at, width), now.Slice(at, width));
            double size = Math.Sqrt(square * Dot(then.Slice(at, width), then.Slice(at, width)));
            squares += square;
            if (size > 0)
                angles += Math.Acos(Math.Clamp(Dot(now.Slice(at, width), then.Slice(at, width)) / size, -1, 1));
        }

        ReadOnlySpan<float> gradient = _gradients.AsSpan(slot.Offset, slot.Length);
        return new LayerTelemetry(slot.Name, Math.Sqrt(squares), Math.Sqrt(Dot(gradient, gradient)), learningRate * units / squares, angles / units);
    }

    private double MeanInputGradientNorm(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor lossSum = zeros(1, float64, net.Parameters.Device);
        Tensor features = batch.Features.narrow(0, 0, batch.Rows); // without pre-training rows
        Tensor gradient = net.InputGradient(features, outputs => loss.Gradient(outputs, batch.Targets, null, lossSum)); // [batch, inputs], of the mean loss
        Tensor norms = gradient.mul(gradient).sum(1).sqrt_();
        return norms.sum().item<float>(); // a row's own gradient is as many times as large as there are rows
    }

    private double ShareOutsideInputs(ParameterSlot first)
    {
        if (zeroFeatures.Count == 0 || first.Shape.Length != 2 || first.Shape[1] != zeroFeatures.Count)
            return double.NaN;
        double outside = 0, all = 0;
        for (int i = 0; i < first.Length; i++)
        {
            double square = (double)_now.Parameters[first.Offset + i] * _now.Parameters[first.Offset + i];
            all += square;
            if (zeroFeatures[i % zeroFeatures.Count])
                outside += square;
        }

        return outside / all;
    }

    // In double precision: the angle of a small turn is the difference of two nearly equal numbers.
    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }
}
