using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Robustness;

/// <summary>
/// The changes u that an attack may make to some rows: within epsilon by its norm, and such that rows stay within the bounds. A row that lies outside the bounds to begin
/// with may go back, but not further out.
/// </summary>
internal sealed class Neighbourhood : IDisposable
{
    private readonly AttackNorm _norm;
    private readonly AttackSpace _space;
    private readonly Tensor _origin; // [rows, inputs]
    private readonly Tensor? _low;   // [rows, inputs] or, without bounds, null
    private readonly Tensor? _high;
    private readonly Scalar _epsilon;
    private readonly Scalar _minusEpsilon;
    private readonly Scalar _one = 1;
    private readonly Scalar _tiny = 1e-30;

    public Neighbourhood(AttackNorm norm, double epsilon, AttackSpace space, Tensor origin)
    {
        _norm = norm;
        _space = space;
        _origin = origin;
        _epsilon = epsilon;
        _minusEpsilon = -epsilon;
        using DisposeScope scope = NewDisposeScope();
        if (space.Lower is not null)
            _low = origin.minimum(space.Lower).sub_(origin).mul_(space.Inverse).DetachFromDisposeScope();
        if (space.Upper is not null)
            _high = origin.maximum(space.Upper).sub_(origin).mul_(space.Inverse).DetachFromDisposeScope();
    }

    /// <summary>The rows after a change.</summary>
    /// <param name="change">u, [rows, inputs]</param>
    public Tensor PointOf(Tensor change) => _space.IsUnit ? _origin.add(change, _one) : _origin.addcmul(change, _space.Scale, _one);

    /// <summary>u ← project(u + length * g / ‖g‖) in place; for L-infinity g / ‖g‖ is the sign of g. Consumes the gradient.</summary>
    /// <param name="change">u, [rows, inputs]</param>
    /// <param name="gradient">By the net's features, [rows, inputs].</param>
    /// <param name="length">Length of the step, in the attack's units.</param>
    public Tensor Step(Tensor change, Tensor gradient, Scalar length)
    {
        if (!_space.IsUnit)
            gradient.mul_(_space.Scale);
        if (_norm == AttackNorm.LInfinity)
        {
            change.add_(gradient.sign_(), length);
        }
        else
        {
            using Tensor norms = Norms(gradient);
            using Tensor guarded = norms.clamp_min_(_tiny);
            change.add_(gradient.div_(guarded), length);
        }

        gradient.Dispose();
        return Project(change);
    }

    /// <summary>Brings changes back to what is allowed, in place.</summary>
    public Tensor Project(Tensor change)
    {
        if (_norm == AttackNorm.LInfinity)
        {
            change.clamp_(_minusEpsilon, _epsilon);
        }
        else
        {
            using Tensor norms = Norms(change);
            using Tensor guarded = norms.clamp_min_(_tiny);
            using Tensor factors = guarded.reciprocal_().mul_(_epsilon).clamp_max_(_one);
            change.mul_(factors);
        }

        // Zero lies between the bounds, so that clamping only shortens: the change stays within epsilon.
        if (_low is not null || _high is not null)
            change.clamp_(_low, _high);
        return change;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _low?.Dispose();
        _high?.Dispose();
        foreach (Scalar scalar in new[] { _epsilon, _minusEpsilon, _one, _tiny })
            scalar.Dispose();
    }

    private static Tensor Norms(Tensor rows)
    {
        using Tensor squares = rows.mul(rows);
        using Tensor sums = squares.sum(1, keepdim: true); // [rows, 1]
        return sums.sqrt();
    }
}
