using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// A convolutional net with variational weights whose channels are ordered: every training pass draws weights and, for each mask, how many channels are kept. Fully connected
/// layers are variational and not ordered.
/// </summary>
internal sealed class NestedConvNet : NestedNet
{
    private const int MostRows = 256;
    private const long MostNumbers = 1 << 25; // of the largest result of a layer: 128 MiB

    private readonly ConvBody _body;
    private readonly DenseSpec _head;
    private readonly NestedConvLayers _layers;
    private readonly ConvPass _pass;
    private readonly AutogradPass _autograd;

    /// <inheritdoc cref="NestedNet(Architecture, InputShape, int, NestedSettings, double, double, Device)"/>
    public NestedConvNet(ConvArchitecture recipe, InputShape input, int outputWidth, NestedSettings settings, double continuing, double logAlpha, Device device)
        : base(recipe, input, outputWidth, settings, continuing, logAlpha, device)
    {
        _body = recipe.Describe(input);
        _head = _body.Head(outputWidth);
        _layers = new NestedConvLayers(Parameters, Plan, Masks, settings, Draws);
        _pass = new ConvPass(_body, _layers, Precision.Float32);
        _autograd = new AutogradPass(Parameters);
    }

    /// <inheritdoc/>
    public override double WorkPerRow => 4 * (_body.Work + _head.Work);

    private int RowsAtOnce => (int)Math.Clamp(MostNumbers / _body.LargestResult, 2, MostRows);

    /// <summary>In training: drawn weights and widths. Else: mean weights, all channels, batch normalisation by these rows.</summary>
    public override Tensor Forward(Tensor features, bool training)
    {
        if (!training)
        {
            _layers.UseMeans();
            using DisposeScope scope = NewDisposeScope();
            return cat([.. Pieces(features).Select(Outputs)], 0).MoveToOuterDisposeScope();
        }

        _layers.Draw(MaskDraws);
        return _autograd.Forward(() => Outputs(features));
    }

    public override void Backward(Tensor outputGradient)
    {
        _autograd.Backward(outputGradient);
        _layers.BackwardMasks();
        KeepNoiseConstant();
    }

    /// <inheritdoc/>
    public override Tensor InputGradient(Tensor features, Func<Tensor, Tensor> outputGradient)
    {
        _layers.UseMeans();
        return AutogradPass.InputGradient(features, Outputs, outputGradient);
    }

    /// <inheritdoc/>
    public override float[] CollectStatistics(Tensor features, Action checkAlive)
    {
        var statistics = new List<float>();
        string[] norms = [.. Plan.Layers.Select(layer => layer.Norm).OfType<string>()];
        foreach (int step in norms.Length == 0 ? [] : Settings.Steps)
        {
            var moments = new ChannelMoments();
            _layers.Moments = moments;
            _layers.UseWidth(step);
            foreach (Tensor piece in Pieces(features))
            {
                checkAlive();
                _pass.Run(Pictures.ToChannelsLast(piece, Input)).Dispose();
                piece.Dispose();
            }

            statistics.AddRange(norms.SelectMany(moments.Of));
        }

        _layers.Moments = null;
        return [.. statistics];
    }

    public override void Dispose()
    {
        _autograd.Dispose();
        _pass.Dispose();
        _layers.Dispose();
        base.Dispose();
    }

    // About equally long, so that each has statistics of its own.
    private IEnumerable<Tensor> Pieces(Tensor rows)
    {
        long count = rows.shape[0], pieces = Math.Max(1, (count + RowsAtOnce - 1) / RowsAtOnce);
        for (long i = 0; i < pieces; i++)
            yield return rows.narrow(0, i * count / pieces, ((i + 1) * count / pieces) - (i * count / pieces));
    }

    private Tensor Outputs(Tensor features)
    {
        using Tensor vector = _pass.Run(Pictures.ToChannelsLast(features, Input));
        return _layers.Multiply(_head, vector);
    }
}
