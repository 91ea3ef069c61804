using System.Text.Json;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Tests.Architectures;

public sealed class ArchitectureTests
{
    [Fact]
    public void A_recipe_survives_json()
    {
        Architecture recipe = Architecture.Mlp([8, 4], Activation.Gelu, Normalization.Layer, 0.25);

        Assert.Equal(recipe, JsonSerializer.Deserialize<Architecture>(JsonSerializer.Serialize(recipe)));
        Assert.Equal(recipe.GetHashCode(), Architecture.Mlp([8, 4], Activation.Gelu, Normalization.Layer, 0.25).GetHashCode());
    }

    [Fact]
    public void Every_fault_of_a_recipe_is_named()
    {
        var faults = new List<string>();

        Architecture.Mlp([8, 0], (Activation)77, (Normalization)9, 1).Check(faults);

        Assert.Equal(4, faults.Count);
        Assert.StartsWith("Architecture.Mlp: widths[1] is 0", faults[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_lead_the_layout_and_those_before_a_normalisation_are_scale_invariant()
    {
        ParameterLayout layout = ParameterLayout.Of(Architecture.Mlp([8, 4], normalization: Normalization.Batch), 3, 2);

        Assert.Equal(8 * 3 + 4 * 8 + 2 * 4, layout.WeightCount);
        Assert.Equal(layout.WeightCount + 2 + 2 * (8 + 4), layout.ParameterCount);
        Assert.Equal(2 * (8 + 4), layout.BufferCount);
        Assert.Equal(["layers.0.weight", "layers.1.weight"], layout.Parameters.Where(slot => slot.ScaleInvariance == ScaleInvarianceKind.Rows).Select(slot => slot.Name));
        int offset = 0;
        foreach (ParameterSlot slot in layout.Parameters)
        {
            Assert.Equal(offset, slot.Offset);
            offset += slot.Length;
        }
    }
}
