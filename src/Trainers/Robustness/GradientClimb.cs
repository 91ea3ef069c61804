using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Robustness;

/// <summary>
/// Climbs the loss of rows within a neighbourhood, in tries that each start anew. A row that has fallen is set aside, so that work goes to those that stand.
/// </summary>
internal sealed class GradientClimb : IDisposable
{
    private readonly AttackRows _all;
    private readonly AttackNorm _norm;
    private readonly double _epsilon;
    private readonly Scalar _scaledEpsilon;
    private readonly Tensor _examples;    // [all, inputs]
    private readonly Tensor _standing;    // [all]
    private readonly Scalar _half = 0.5;
    private Tensor _numbers;              // [standing]: places of the rows that stand among all

    public GradientClimb(AttackRows rows, AttackNorm norm, double epsilon)
    {
        _all = rows;
        _norm = norm;
        _epsilon = epsilon;
        _scaledEpsilon = epsilon;
        _examples = rows.Origin.clone();
        _standing = ones(rows.Count, float32, rows.Origin.device);
        _numbers = arange(rows.Count, int64, rows.Origin.device);
    }

    /// <summary>Rows that have not fallen yet.</summary>
    public long Standing => _numbers.shape[0];

    /// <summary>One try with every row that stands.</summary>
    /// <param name="randomTurn">Which of the rows' random points to start at; null for the rows themselves.</param>
    /// <param name="steps">Steps.</param>
    /// <param name="stepSize">Length of a step as a share of epsilon.</param>
    /// <param name="checkWay">Whether points on the way count too, not the last alone.</param>
    public void Try(int? randomTurn, int steps, double stepSize, bool checkWay)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar length = stepSize * _epsilon;
        AttackRows rows = Standing == _all.Count ? _all : _all.Select(_numbers);
        Tensor change = randomTurn is { } turn ? rows.Draws.UnitBall(_norm, turn).mul_(_scaledEpsilon) : zeros_like(rows.Origin);
        var allowed = new Neighbourhood(_norm, _epsilon, _all.Space, rows.Origin);
        try
        {
            allowed.Project(change);
            for (int step = 0; step < steps && Standing > 0; step++)
            {
                rows.CheckAlive();
                using DisposeScope inner = NewDisposeScope();
                Tensor points = allowed.PointOf(change);
                Tensor? right = null;
                Tensor gradient = rows.Net.InputGradient(points, outputs =>
                {
                    right = checkWay ? rows.Goal.IsRight(outputs, rows.Targets) : null;
                    return rows.Goal.Direction(outputs, rows.Targets);
                });
                if (right is not null && SetAside(points, right, isLast: false) is { } left)
                {
                    rows = rows with { Origin = rows.Origin.index_select(0, left).MoveToOtherDisposeScope(scope), Targets = rows.Targets.index_select(0, left).MoveToOtherDisposeScope(scope) };
                    change = change.index_select(0, left).MoveToOtherDisposeScope(scope);
                    gradient = gradient.index_select(0, left);
                    allowed.Dispose();
                    allowed = new Neighbourhood(_norm, _epsilon, _all.Space, rows.Origin);
                }

                if (Standing > 0)
                    allowed.Step(change, gradient, length);
            }

            if (Standing == 0)
                return;
            rows.CheckAlive();
            Tensor last = allowed.PointOf(change);
            SetAside(last, rows.Goal.IsRight(rows.Net.Forward(last, training: false), rows.Targets), isLast: true);
        }
        finally
        {
            allowed.Dispose();
        }
    }

    /// <summary>Examples and what stands.</summary>
    public AttackResult Result() => new(_examples, _standing);

    /// <inheritdoc/>
    public void Dispose()
    {
        _numbers.Dispose();
        _scaledEpsilon.Dispose();
        _half.Dispose();
    }

    // Takes rows that fell out of those that stand, and notes points. Returns the places of the others among those that stood before, or null when none fell.
    private Tensor? SetAside(Tensor points, Tensor right, bool isLast)
    {
        Tensor left = right.gt(_half).nonzero().flatten();
        bool noneFell = left.shape[0] == Standing;
        if (!noneFell || isLast)
            _examples.index_copy_(0, _numbers, points);
        if (noneFell)
            return null;
        _standing.index_copy_(0, _numbers, right);
        Tensor numbers = _numbers.index_select(0, left).DetachFromDisposeScope();
        _numbers.Dispose();
        _numbers = numbers;
        return left;
    }
}
