using MLExtensions.Trainers.Robustness;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions;

/// <summary>Normal noise; made by <see cref="Attack.GaussianNoise"/>.</summary>
public sealed record GaussianNoiseAttack : Attack
{
    internal GaussianNoiseAttack(int draws) => Draws = draws;

    /// <summary>Draws per row.</summary>
    public int Draws { get; }

    /// <inheritdoc/>
    public override string Name => Draws > 1 ? $"Gaussian noise x{Draws}" : "Gaussian noise";

    internal override bool IsAdversarial => false;

    internal override void Check(ICollection<string> faults)
    {
        if (Draws < 1)
            faults.Add($"Attack.GaussianNoise: draws is {Draws}; it must be at least 1.");
    }

    internal override AttackResult Run(AttackRows rows, double epsilon)
    {
        using Scalar deviation = epsilon;
        using Scalar share = 1.0 / Draws;
        using var limits = new Neighbourhood(AttackNorm.LInfinity, double.PositiveInfinity, rows.Space, rows.Origin);
        Tensor standing = zeros(rows.Count, float32, rows.Origin.device);
        Tensor points = rows.Origin;
        for (int draw = 0; draw < Draws; draw++)
        {
            Tensor change = limits.Project(rows.Draws.Normal(draw).mul_(deviation));
            points = limits.PointOf(change);
            Tensor outputs = rows.Net.Forward(points, training: false);
            standing.add_(rows.Goal.IsRight(outputs, rows.Targets), share);
        }

        return new AttackResult(points, standing);
    }
}
