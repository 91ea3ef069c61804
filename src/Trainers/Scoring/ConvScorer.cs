using System.Runtime.InteropServices;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Scoring;

/// <summary>
/// Scores pictures in torch. Its native half is made from the managed weights when it is first needed and may be let go at any time: calls under way keep theirs, the next one
/// makes it anew. Thread-safe; what is scored in one call shares nothing with other calls but the weights.
/// </summary>
internal sealed class ConvScorer(FittedNetwork network) : IRowScorer
{
    private const int MostRows = 256;
    private const int FeaturesPerPass = 1 << 22;

    private readonly object _gate = new();
    private readonly int _rowsPerPass = Math.Clamp(FeaturesPerPass / network.InputWidth, 1, MostRows);
    private NativeHalf? _native;

    /// <inheritdoc/>
    public int InputWidth => network.InputWidth;

    /// <inheritdoc/>
    public int OutputWidth => network.OutputWidth;

    /// <summary>Length of the vector before the output layer.</summary>
    public int FeatureCount { get; } = ((ConvArchitecture)network.Architecture).Describe(network.Input).Features;

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<float> rows, int count, Span<float> outputs) => Run(rows, count, outputs, OutputWidth, head: true);

    /// <summary>The vectors before the output layer.</summary>
    /// <param name="rows">[count * InputWidth]</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="features">[count * FeatureCount]</param>
    public void Embed(ReadOnlySpan<float> rows, int count, Span<float> features) => Run(rows, count, features, FeatureCount, head: false);

    /// <summary>Lets go of the native memory.</summary>
    public void Release()
    {
        lock (_gate)
            _native = null; // freed by the collector, once no call uses it
    }

    private void Run(ReadOnlySpan<float> rows, int count, Span<float> results, int width, bool head)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, (long)count * InputWidth, nameof(rows));
        ArgumentOutOfRangeException.ThrowIfLessThan(results.Length, (long)count * width, nameof(results));
        if (count == 0)
            return;
        NativeTorch.EnsureLoaded();
        NativeHalf native = Native();
        using var noGrad = no_grad();
        for (int first = 0; first < count; first += _rowsPerPass)
        {
            using DisposeScope scope = NewDisposeScope();
            int some = Math.Min(_rowsPerPass, count - first);
            Tensor result = native.Run(rows.Slice(first * InputWidth, some * InputWidth), some, head);
            MemoryMarshal.Cast<byte, float>(result.bytes).CopyTo(results.Slice(first * width, some * width));
        }

        if (!head || network.Task != NetTask.Regression)
            return;
        foreach (ref float value in results[..(count * width)])
            value = (value * network.TargetScale) + network.TargetMean;
    }

    private NativeHalf Native()
    {
        lock (_gate)
            return _native ??= new NativeHalf(network);
    }

    /// <summary>Everything that lives in torch.</summary>
    private sealed class NativeHalf
    {
        private readonly FittedNetwork _network;
        private readonly FoldedLayers _layers;
        private readonly ConvPass _pass;
        private readonly DenseSpec _head;
        private readonly Standardization? _standardization;

        public NativeHalf(FittedNetwork network)
        {
            _network = network;
            ConvBody body = ((ConvArchitecture)network.Architecture).Describe(network.Input);
            _layers = new FoldedLayers(network, body, network.Precision);
            _pass = new ConvPass(body, _layers, network.Precision);
            _head = body.Head(network.OutputWidth);
            _standardization = network.FeatureMean.Length == 0 ? null : new Standardization(network.FeatureMean, network.FeatureFactor) { Picture = network.Input };
        }

        public Tensor Run(ReadOnlySpan<float> rows, int count, bool head)
        {
            using Tensor features = HostTensor.Create(rows, CPU).reshape(count, _network.InputWidth);
            _standardization?.ApplyTo(features);
            Tensor vector = _pass.Run(Pictures.ToChannelsLast(features, _network.Input));
            if (!head)
                return vector;
            using (vector)
                return _layers.Multiply(_head, vector);
        }
    }
}
