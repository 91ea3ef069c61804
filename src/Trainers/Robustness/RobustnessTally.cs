using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Robustness;

/// <summary>Counts, batch by batch, how rows fare under attacks.</summary>
/// <param name="net">The net.</param>
/// <param name="task">Multiclass or binary.</param>
/// <param name="space">Units and bounds.</param>
/// <param name="attacks">The attacks.</param>
/// <param name="epsilons">Ascending, none negative.</param>
/// <param name="seed">Of everything random.</param>
/// <param name="checkAlive">Throws when the work was cancelled.</param>
internal sealed class RobustnessTally(
    Net net, NetTask task, AttackSpace space, IReadOnlyList<Attack> attacks, IReadOnlyList<double> epsilons, long seed, Action checkAlive) : IDisposable
{
    private readonly ClassificationGoal _goal = new(task);
    private readonly Scalar _half = 0.5;
    private readonly double[,] _right = new double[attacks.Count, epsilons.Count];
    private double _cleanRight;
    private double _gradientNorms;

    /// <summary>Rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Attacks the next rows.</summary>
    /// <param name="features">[rows, inputs], as the net sees them</param>
    /// <param name="targets">[rows]</param>
    public void Add(Tensor features, Tensor targets)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        int count = (int)features.shape[0];
        long[] numbers = [.. Enumerable.Range(0, count).Select(i => Rows + i)];
        var rows = new AttackRows(net, _goal, space, features, targets, new AttackDraws(seed, numbers, net.InputWidth, features.device), checkAlive);
        Tensor right = _goal.IsRight(net.Forward(features, training: false), targets);
        _cleanRight += Total(right);
        Tensor gradient = net.InputGradient(features, outputs => _goal.LossGradient(outputs, targets)).mul_(space.Scale);
        _gradientNorms += Total(gradient.mul_(gradient).sum(1).sqrt_());
        for (int i = 0; i < attacks.Count; i++)
            Attack(i, rows, right);
        Rows += count;
    }

    /// <summary>The result over all rows.</summary>
    public RobustnessMetrics Metrics(IReadOnlyList<string> columns, long skippedRows, double? bound) => new()
    {
        Rows = Rows,
        SkippedRows = skippedRows,
        Columns = columns,
        CleanAccuracy = _cleanRight / Rows,
        MeanInputGradientNorm = _gradientNorms / Rows,
        InputGradientBound = bound,
        Results = [.. attacks.SelectMany((attack, i) => epsilons.Select((epsilon, j) => new RobustnessResult(attack, epsilon, _right[i, j] / Rows)))],
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _goal.Dispose();
        _half.Dispose();
    }

    private void Attack(int which, AttackRows rows, Tensor right)
    {
        using DisposeScope scope = NewDisposeScope();
        Attack attack = attacks[which];
        Tensor standing = right;
        AttackRows left = attack.IsAdversarial ? StandingOf(rows, standing) : rows;
        for (int j = 0; j < epsilons.Count; j++)
        {
            if (epsilons[j] == 0)
            {
                _right[which, j] += Total(right);
                continue;
            }

            if (left.Count == 0)
                break;
            standing = attack.Run(left, epsilons[j]).Standing;
            _right[which, j] += Total(standing);
            if (attack.IsCumulative)
                left = StandingOf(left, standing);
        }
    }

    private AttackRows StandingOf(AttackRows rows, Tensor standing) => rows.Select(standing.gt(_half).nonzero().flatten());

    private static double Total(Tensor values) => values.sum(float64).item<double>();
}
