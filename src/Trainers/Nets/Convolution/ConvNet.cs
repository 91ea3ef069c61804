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
    private Tensor? _output; // [batch, outputs], of the last training pass, with its graph

    public ConvNet(ConvArchitecture recipe, InputShape input, int outputWidth, Device device, Precision precision)
        : base(recipe, input, outputWidth, device)
    {
        _body = recipe.Describe(input);
        _head = _body.Head(outputWidth);
        _layers = new TrainedLayers(Parameters, precision);
        _pass = new ConvPass(_body, _layers, precision);
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
            return InPieces(features, piece => Outputs(piece));
        _output?.Dispose();
        using (enable_grad())
            _output = Outputs(features);
        return _output.detach();
    }

    public override void Backward(Tensor outputGradient)
    {
        using Tensor output = _output ?? throw new InvalidOperationException("Backward needs a training pass before it.");
        _output = null;
        Tensor cleared = Parameters.Gradients.zero_(); // autograd adds to it
        if (!ReferenceEquals(cleared, Parameters.Gradients))
            cleared.Dispose();
        output.backward([outputGradient]);
        outputGradient.Dispose();
    }

    public override Tensor InputGradient(Tensor features, Func<Tensor, Tensor> outputGradient)
    {
        bool training = _layers.Training;
        _layers.Training = false;
        using Tensor leaf = features.detach().requires_grad_();
        Tensor outputs;
        using (enable_grad())
            outputs = Outputs(leaf);
        _layers.Training = training;
        using Tensor seen = outputs.detach();
        Tensor wanted = outputGradient(seen);
        Tensor gradient = autograd.grad([outputs], [leaf], [wanted])[0]; // parameters' own gradients stay out of it
        wanted.Dispose();
        outputs.Dispose();
        return gradient;
    }

    public override void Dispose()
    {
        _output?.Dispose();
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
