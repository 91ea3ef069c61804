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
/// <param name="network">The net.</param>
/// <param name="head">Whether the output layer is part of it; without, it gives the vectors which that layer sees.</param>
internal sealed class ConvScorer(FittedNetwork network, bool head = true) : IRowScorer
{
    private const int NumbersPerResult = 1 << 21; // 8 MiB: larger pieces are no faster, smaller ones cost calls

    private readonly object _gate = new();
    private readonly ConvBody _body = ((ConvArchitecture)network.Architecture).Describe(network.Input);
    private NativeHalf? _native;

    /// <inheritdoc/>
    public int InputWidth => network.InputWidth;

    /// <inheritdoc/>
    public int OutputWidth => head ? network.OutputWidth : _body.Features;

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<float> rows, int count, Span<float> outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, (long)count * InputWidth, nameof(rows));
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs.Length, (long)count * OutputWidth, nameof(outputs));
        if (count == 0)
            return;
        NativeTorch.EnsureLoaded();
        NativeHalf native = Native();
        using var noGrad = no_grad();
        int most = (int)Math.Clamp(NumbersPerResult / _body.LargestResult, 1, int.MaxValue);
        for (int first = 0; first < count; first += most)
        {
            using DisposeScope scope = NewDisposeScope();
            int some = Math.Min(most, count - first);
            Tensor result = native.Run(rows.Slice(first * InputWidth, some * InputWidth), some, head);
            MemoryMarshal.Cast<byte, float>(result.bytes).CopyTo(outputs.Slice(first * OutputWidth, some * OutputWidth));
        }

        if (!head || network.Task != NetTask.Regression)
            return;
        foreach (ref float value in outputs[..(count * OutputWidth)])
            value = (value * network.TargetScale) + network.TargetMean;
    }

    /// <summary>Lets go of the native memory.</summary>
    public void Release()
    {
        lock (_gate)
            _native = null; // freed by the collector, once no call uses it
    }

    private NativeHalf Native()
    {
        lock (_gate)
            return _native ??= new NativeHalf(network, _body);
    }

    /// <summary>Everything that lives in torch.</summary>
    private sealed class NativeHalf
    {
        private readonly FittedNetwork _network;
        private readonly FoldedLayers _layers;
        private readonly ConvPass _pass;
        private readonly DenseSpec _head;
        private readonly Standardization? _standardization;

        public NativeHalf(FittedNetwork network, ConvBody body)
        {
            _network = network;
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
