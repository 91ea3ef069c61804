using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Optimizers;

/// <summary>
/// Takes off a step its part along each scale-invariant weight: u ← u − ŵ ⟨ŵ, u⟩ with ŵ = w / (‖w‖ + ε), w as it was before the step (Heo et al., arXiv 2006.08217).
/// Works on the change that a rule has made, so it goes with any rule.
/// </summary>
internal sealed class RadialProjection : IDisposable
{
    private readonly List<(Tensor Values, Tensor Before)> _weights = []; // [units of scale, rest]
    private readonly Scalar _one = 1;
    private readonly Scalar _minusOne = -1;
    private readonly Scalar _epsilon = 1e-8;

    public RadialProjection(FlatParameters parameters)
    {
        foreach (ParameterSlot slot in parameters.Layout.Parameters.Where(slot => slot.ScaleInvariance != ScaleInvarianceKind.None))
        {
            using Tensor flat = parameters.Values.narrow(0, slot.Offset, slot.Length);
            Tensor values = flat.view(slot.ScaleInvariance == ScaleInvarianceKind.Rows ? slot.Shape[0] : 1, -1).DetachFromDisposeScope();
            _weights.Add((values, empty_like(values).DetachFromDisposeScope()));
        }
    }

    /// <summary>Adds what is wrong with the ratio of decay.</summary>
    public static void Check(ICollection<string> faults, string optimizer, double decayRatio)
    {
        if (!(decayRatio is >= 0 and <= 1))
            faults.Add($"{optimizer}: decayRatio is {decayRatio}; allowed is 0 to 1. 0.1 is the paper's.");
    }

    /// <summary>Remembers the weights.</summary>
    public void BeforeStep()
    {
        foreach ((Tensor values, Tensor before) in _weights)
            before.copy_(values);
    }

    /// <summary>Takes the radial part of their change back.</summary>
    public void AfterStep()
    {
        foreach ((Tensor values, Tensor before) in _weights)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor norm = before.mul(before).sum(1, keepdim: true).sqrt_().add_(_epsilon, _one); // [units, 1]
            Tensor inverse = norm.reciprocal();
            Tensor along = values.sub(before).mul_(before).sum(1, keepdim: true).mul_(inverse).mul_(inverse);
            values.addcmul_(before, along, _minusOne);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((Tensor values, Tensor before) in _weights)
        {
            values.Dispose();
            before.Dispose();
        }

        foreach (Scalar scalar in new[] { _one, _minusOne, _epsilon })
            scalar.Dispose();
    }
}
