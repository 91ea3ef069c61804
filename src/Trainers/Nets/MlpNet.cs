using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nets;

/// <summary>A multi-layer perceptron with its own backward pass.</summary>
internal sealed class MlpNet : Net
{
    private readonly HiddenLayer[] _hidden;
    private readonly LinearLayer _head;
    private readonly Generator _dropoutDraws;

    public MlpNet(MlpArchitecture recipe, int inputWidth, int outputWidth, Device device)
        : base(recipe, inputWidth, outputWidth, device)
    {
        _dropoutDraws = new Generator(0, device);
        _hidden = [.. Enumerable.Range(0, recipe.Widths.Count).Select(i => new HiddenLayer(Parameters, recipe, i, _dropoutDraws))];
        _head = new LinearLayer(Parameters, "head");
    }

    public override void BeginEpoch(long seed, int epoch) =>
        _dropoutDraws.manual_seed((long)(SeededRandom.Derive(seed, (long)RandomPurpose.Dropout, epoch).NextUInt64() >> 1));

    public override Tensor Forward(Tensor features, bool training)
    {
        Tensor x = features;
        foreach (HiddenLayer layer in _hidden)
        {
            Tensor y = layer.Forward(x, training);
            if (!training && !ReferenceEquals(x, features))
                x.Dispose();
            x = y;
        }

        Tensor outputs = _head.Forward(x, training);
        if (!training && !ReferenceEquals(x, features))
            x.Dispose();
        return outputs;
    }

    public override void Backward(Tensor outputGradient)
    {
        Tensor gradient = outputGradient;
        Tensor? next = _head.Backward(gradient, inputGradient: _hidden.Length > 0);
        for (int i = _hidden.Length - 1; i >= 0; i--)
            next = _hidden[i].Backward(next!, inputGradient: i > 0);
    }

    public override Tensor InputGradient(Tensor features, Func<Tensor, Tensor> outputGradient)
    {
        var passes = new ActivationPass[_hidden.Length];
        Tensor x = features;
        for (int i = 0; i < _hidden.Length; i++)
            x = (passes[i] = _hidden[i].Evaluate(x)).Output;
        Tensor outputs = _head.Evaluate(x);
        Tensor gradient = _head.InputGradient(outputGradient(outputs));
        outputs.Dispose();
        for (int i = _hidden.Length - 1; i >= 0; i--)
            gradient = _hidden[i].InputGradient(passes[i], gradient);
        return gradient;
    }

    public override void Freeze(FrozenParts parts)
    {
        base.Freeze(parts);
        for (int i = 0; i < _hidden.Length; i++)
            _hidden[i].KeepsStatistics = parts.Keeps($"layers.{i}.norm");
    }

    public override void Dispose()
    {
        foreach (HiddenLayer layer in _hidden)
            layer.Dispose();
        _head.Dispose();
        _dropoutDraws.Dispose();
        base.Dispose();
    }
}
