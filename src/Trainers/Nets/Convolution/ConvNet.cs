using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>A convolutional net that trains by autograd over views of the flat buffers.</summary>
internal sealed class ConvNet : Net
{
    private const int RowsWithoutGradient = 256; // bounds the memory of activations in long batches

    private readonly ConvBody _body;
    private readonly DenseSpec _head;
    private readonly TrainedLayers _layers;
    private readonly ConvPass _pass;
    private readonly AutogradPass _autograd;

    public ConvNet(ConvArchitecture recipe, InputShape input, int outputWidth, Device device, Precision precision)
        : base(recipe, input, outputWidth, device)
    {
        _body = recipe.Describe(input);
        _head = _body.Head(outputWidth);
        _layers = new TrainedLayers(Parameters, precision);
        _pass = new ConvPass(_body, _layers, precision);
        _autograd = new AutogradPass(Parameters);
    }

    public override double WorkPerRow => 3 * (_body.Work + _head.Work);

    public override void BeginEpoch(long seed, int epoch) =>
        _layers.Seed((long)(SeededRandom.Derive(seed, (long)RandomPurpose.Dropout, epoch).NextUInt64() >> 1));

    public override void Freeze(FrozenParts parts)
    {
        base.Freeze(parts);
        _layers.Freeze(parts);
    }

    public override Tensor Forward(Tensor features, bool training)
    {
        _layers.Training = training;
        if (!training)
            return InPieces(features, Outputs);
        return _autograd.Forward(() => Outputs(features));
    }

    public override void Backward(Tensor outputGradient) => _autograd.Backward(outputGradient);

    public override Tensor InputGradient(Tensor features, Func<Tensor, Tensor> outputGradient)
    {
        bool training = _layers.Training;
        _layers.Training = false;
        Tensor gradient = AutogradPass.InputGradient(features, Outputs, outputGradient);
        _layers.Training = training;
        return gradient;
    }

    public override void Dispose()
    {
        _autograd.Dispose();
        _pass.Dispose();
        _layers.Dispose();
        base.Dispose();
    }

    /// <summary>What the output layer sees, as scoring computes it.</summary>
    /// <param name="features">[batch, inputs]</param>
    /// <param name="observe">Sees the result of every layer of the body.</param>
    /// <returns>[batch, features]</returns>
    internal Tensor Embed(Tensor features, Action<string, Tensor>? observe = null)
    {
        _layers.Training = false;
        return _pass.Run(Pictures.ToChannelsLast(features, Input), observe);
    }

    private static Tensor InPieces(Tensor rows, Func<Tensor, Tensor> forward)
    {
        long count = rows.shape[0];
        if (count <= RowsWithoutGradient)
            return forward(rows);
        using DisposeScope scope = NewDisposeScope();
        var results = new List<Tensor>();
        for (long first = 0; first < count; first += RowsWithoutGradient)
            results.Add(forward(rows.narrow(0, first, Math.Min(RowsWithoutGradient, count - first))));
        return cat(results, 0).MoveToOuterDisposeScope();
    }

    private Tensor Outputs(Tensor features)
    {
        using Tensor vector = _pass.Run(Pictures.ToChannelsLast(features, Input));
        return _layers.Multiply(_head, vector);
    }
}
