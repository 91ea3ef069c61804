using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Tests.Nets;

public sealed class WeightNormsTests
{
    [Fact]
    public void Shifting_scale_between_layers_changes_decay_but_neither_the_intrinsic_norm_nor_the_balanced_value()
    {
        var norms = new WeightNorms([3, 5]);
        var shifted = new WeightNorms([6, 2.5]);

        Assert.Equal(2.708050201102, norms.LogIntrinsic, 1e-12);
        Assert.Equal(norms.LogIntrinsic, shifted.LogIntrinsic, 1e-12);
        Assert.Equal(34, norms.DecayValue, 1e-12);
        Assert.Equal(42.25, shifted.DecayValue, 1e-12);
        Assert.Equal(30, norms.BalancedDecayValue, 1e-12);
        Assert.Equal(30, shifted.BalancedDecayValue, 1e-12);
        double balanced = Math.Sqrt(15);
        Assert.Equal(3.872983346, balanced, 1e-9);
        Assert.Equal(30, new WeightNorms([balanced, balanced]).DecayValue, 1e-12);
    }

    [Fact]
    public void Three_layers_have_their_hand_computed_values()
    {
        var norms = new WeightNorms([1, 4, 16]);

        Assert.Equal(Math.Log(64), norms.LogIntrinsic, 1e-12);
        Assert.Equal(273, norms.DecayValue, 1e-12);
        Assert.Equal(48, norms.BalancedDecayValue, 1e-12);
        Assert.Equal(Math.Log(65), norms.LogResidualBound, 1e-12);
    }

    [Fact]
    public void The_norms_of_a_thousand_layers_stay_in_the_range_of_numbers()
    {
        var norms = new WeightNorms([.. Enumerable.Repeat(1e-3, 1000)]);

        Assert.Equal(1000 * Math.Log(1e-3), norms.LogIntrinsic, 1e-6);
        Assert.Equal(1e-3, norms.BalancedDecayValue, 1e-9);
    }
}
