using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nets;

/// <summary>A pass whose gradient comes from autograd: it holds the graph between the two halves of a training pass.</summary>
/// <param name="parameters">Whose flat gradient is written.</param>
internal sealed class AutogradPass(FlatParameters parameters) : IDisposable
{
    private Tensor? _output; // [batch, outputs], of the last training pass, with its graph

    /// <summary>The first half.</summary>
    /// <param name="outputs">Computes the outputs, [batch, outputs].</param>
    public Tensor Forward(Func<Tensor> outputs)
    {
        _output?.Dispose();
        using (enable_grad())
            _output = outputs();
        return _output.detach();
    }

    /// <summary>The second half: overwrites the flat gradient.</summary>
    /// <param name="outputGradient">[batch, outputs]; consumed.</param>
    public void Backward(Tensor outputGradient)
    {
        using Tensor output = _output ?? throw new InvalidOperationException("Backward needs a training pass before it.");
        _output = null;
        Tensor cleared = parameters.Gradients.zero_(); // autograd adds to it
        if (!ReferenceEquals(cleared, parameters.Gradients))
            cleared.Dispose();
        output.backward([outputGradient]);
        outputGradient.Dispose();
    }

    /// <summary>The gradient by the features, as <see cref="Net.InputGradient"/> wants it.</summary>
    /// <param name="features">[batch, inputs]; not changed</param>
    /// <param name="outputs">From features to outputs.</param>
    /// <param name="outputGradient">From outputs to the gradient by them.</param>
    /// <returns>[batch, inputs], new</returns>
    public static Tensor InputGradient(Tensor features, Func<Tensor, Tensor> outputs, Func<Tensor, Tensor> outputGradient)
    {
        using Tensor leaf = features.detach().requires_grad_();
        Tensor result;
        using (enable_grad())
            result = outputs(leaf);
        using Tensor withGraph = result;
        using Tensor seen = result.detach();
        using Tensor wanted = outputGradient(seen);
        return autograd.grad([withGraph], [leaf], [wanted])[0]; // parameters' own gradients stay out of it
    }

    /// <inheritdoc/>
    public void Dispose() => _output?.Dispose();
}
