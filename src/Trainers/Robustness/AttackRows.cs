using MLExtensions.Trainers.Nets;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Robustness;

/// <summary>The rows that an attack is given, and what it may use.</summary>
/// <param name="Net">The net under attack.</param>
/// <param name="Goal">What counts as right.</param>
/// <param name="Space">Units and bounds.</param>
/// <param name="Origin">[rows, inputs], the rows as the net sees them.</param>
/// <param name="Targets">[rows], their labels.</param>
/// <param name="Draws">Their random numbers.</param>
/// <param name="CheckAlive">Called before every pass; throws when the work was cancelled.</param>
internal sealed record AttackRows(Net Net, ClassificationGoal Goal, AttackSpace Space, Tensor Origin, Tensor Targets, AttackDraws Draws, Action CheckAlive)
{
    /// <summary>Number of rows.</summary>
    public long Count => Origin.shape[0];

    /// <summary>Some of the rows, with their own random numbers.</summary>
    /// <param name="index">[some], int64</param>
    public AttackRows Select(Tensor index) => this with
    {
        Origin = Origin.index_select(0, index),
        Targets = Targets.index_select(0, index),
        Draws = Draws.Select(index),
    };
}
