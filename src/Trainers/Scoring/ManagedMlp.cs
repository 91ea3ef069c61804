using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Scoring;

/// <summary>
/// Forward pass of a multi-layer perceptron in managed code: no torch, thread-safe, nothing allocated per call, and the same bits for a row alone and in a batch.
/// Batch normalisation is folded into the weights; dropout does nothing when scoring.
/// </summary>
internal sealed unsafe class ManagedMlp : IRowScorer
{
    private const int StackFloats = 8192;   // 32 KiB of activations may lie on the stack
    private const int ChunkFloats = 16_384; // 64 KiB per layer: the activations of a chunk stay in the cache beside the weights
    private const int MostRows = 64;

    private readonly DenseLayer[] _layers;
    private readonly int _widest;
    private readonly float _targetScale;
    private readonly float _targetMean;

    private ManagedMlp(DenseLayer[] layers, float targetScale, float targetMean)
    {
        _layers = layers;
        _widest = layers.Max(layer => layer.PaddedOutputs);
        _targetScale = targetScale;
        _targetMean = targetMean;
    }

    /// <inheritdoc/>
    public int InputWidth => _layers[0].Inputs;

    /// <inheritdoc/>
    public int OutputWidth => _layers[^1].Outputs;

    /// <summary>Makes the scorer of a fitted net.</summary>
    /// <param name="network">The net.</param>
    /// <param name="head">Whether the output layer is part of it; without, it gives what that layer sees.</param>
    public static IRowScorer Create(FittedNetwork network, bool head = true)
    {
        if (network.Architecture is not MlpArchitecture mlp)
            throw new NotSupportedException($"Only multi-layer perceptrons are scored in managed code; this is {network.Architecture}.");
        ParameterLayout layout = ParameterLayout.Of(mlp, network.InputWidth, network.OutputWidth);
        if (network.Parameters.Length != layout.ParameterCount || network.Buffers.Length != layout.BufferCount)
            throw new ArgumentException(
                $"{mlp} with {network.InputWidth} features and {network.OutputWidth} outputs has {layout.ParameterCount} parameters and {layout.BufferCount} statistics; "
                + $"found {network.Parameters.Length} and {network.Buffers.Length}.", nameof(network));
        if (!head && mlp.Widths.Count == 0)
            throw new InvalidOperationException($"{mlp} is a linear model: nothing stands between its features and its outputs. Use a net with a hidden layer.");
        DenseLayer[] layers = [.. Enumerable.Range(0, mlp.Widths.Count).Select(Hidden), .. head ? [Head()] : Array.Empty<DenseLayer>()];
        bool regression = head && network.Task == NetTask.Regression;
        return new ManagedMlp(layers, regression ? network.TargetScale : 1, regression ? network.TargetMean : 0);

        DenseLayer Hidden(int index)
        {
            string name = $"layers.{index}";
            (float[] weight, float[] offset) = Weight(name, mlp.Widths[index], first: index == 0);
            return mlp.Normalization switch
            {
                Normalization.None => new(weight, Minus(Parameter($"{name}.bias"), offset), mlp.Activation),
                Normalization.Batch => DenseLayer.FoldBatchNorm(
                    weight, Parameter($"{name}.norm.scale"), Parameter($"{name}.norm.shift"), Plus(Buffer($"{name}.norm.mean"), offset), Buffer($"{name}.norm.variance"), mlp.Activation),
                Normalization.Layer => new(
                    weight, Minus(new float[offset.Length], offset), mlp.Activation, Parameter($"{name}.norm.scale"), Parameter($"{name}.norm.shift")),
                _ => throw new NotSupportedException($"No scoring of the normalisation {mlp.Normalization}."),
            };
        }

        DenseLayer Head()
        {
            (float[] weight, float[] offset) = Weight("head", network.OutputWidth, first: mlp.Widths.Count == 0);
            return new DenseLayer(weight, Minus(Parameter("head.bias"), offset), Activation.Identity);
        }

        (float[] Weight, float[] Offset) Weight(string name, int outputs, bool first)
        {
            ReadOnlySpan<float> weight = Parameter($"{name}.weight");
            if (mlp.WeightStandardization && name != "head")
                weight = StandardizedRows.Of(weight, outputs);
            return FeatureFolding.Fold(weight, first ? network.FeatureMean : [], network.FeatureFactor, outputs);
        }

        ReadOnlySpan<float> Parameter(string name) => network.Parameters.AsSpan(layout[name].Offset, layout[name].Length);
        ReadOnlySpan<float> Buffer(string name) => network.Buffers.AsSpan(layout[name].Offset, layout[name].Length);
    }

    private static float[] Minus(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var difference = new float[a.Length];
        TensorPrimitives.Subtract(a, b, difference);
        return difference;
    }

    private static float[] Plus(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = new float[a.Length];
        TensorPrimitives.Add(a, b, sum);
        return sum;
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void Score(ReadOnlySpan<float> rows, int count, Span<float> outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, (long)count * InputWidth, nameof(rows));
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs.Length, (long)count * OutputWidth, nameof(outputs));
        if (count == 0)
            return;
        int chunk = Math.Min(count, Math.Clamp(ChunkFloats / _widest / 4 * 4, 4, MostRows));
        int size = chunk * _widest;
        float[]? rented = size > StackFloats / 2 ? ArrayPool<float>.Shared.Rent(2 * size) : null;
        float* stack = stackalloc float[rented is null ? 2 * size : 1];
        fixed (float* pooled = rented, input = rows)
        {
            float* work = rented is null ? stack : pooled;
            for (int first = 0; first < count; first += chunk)
            {
                int some = Math.Min(chunk, count - first);
                float* result = Forward(input + ((long)first * InputWidth), some, work, work + size);
                Write(result, some, outputs.Slice(first * OutputWidth, some * OutputWidth));
            }
        }

        if (rented is not null)
            ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>Runs some rows through all layers, between two buffers in turn; returns where the last one wrote.</summary>
    private float* Forward(float* rows, int count, float* buffer, float* other)
    {
        float* x = rows;
        int stride = InputWidth;
        foreach (DenseLayer layer in _layers)
        {
            DenseKernel.Multiply(layer, x, stride, buffer, count);
            stride = layer.PaddedOutputs;
            if (layer.Normalizes)
                for (int row = 0; row < count; row++)
                    LayerNormalizer.Apply(layer, new Span<float>(buffer + ((long)row * stride), stride));
            if (layer.Normalizes || Rectifiers.Of(layer) == Rectifier.None)
                ActivationFunctions.Apply(layer.Activation, new Span<float>(buffer, count * stride));
            x = buffer;
            buffer = other;
            other = x;
        }

        return x;
    }

    private void Write(float* padded, int count, Span<float> outputs)
    {
        int width = OutputWidth, stride = _layers[^1].PaddedOutputs;
        int at = 0;
        for (int row = 0; row < count; row++, padded += stride)
            for (int i = 0; i < width; i++)
                outputs[at++] = (padded[i] * _targetScale) + _targetMean;
    }
}
