using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// Where the parameters of a nested net lie: those of the plain net of the same recipe, then a log α for every weight, then the gates ρ of every ordered layer.
/// </summary>
internal static class NestedLayout
{
    /// <summary>The layout of a recipe.</summary>
    public static ParameterLayout Of(MlpArchitecture recipe, int inputWidth, int outputWidth, NestedSettings settings)
    {
        ParameterLayout plain = ParameterLayout.Of(recipe, inputWidth, outputWidth);
        IEnumerable<ParameterSlot> noises = plain.Parameters.Where(slot => slot.Role == ParameterRole.Weight)
            .Select(slot => new ParameterSlot(NoiseOf(slot.Name), ParameterRole.WeightNoise, slot.Shape));
        IEnumerable<ParameterSlot> gates = recipe.Widths.Select((units, i) => (Name: GatesOf(i), Count: new NestedGroups(units, settings).Outcomes - 1))
            .Where(gate => gate.Count > 0)
            .Select(gate => new ParameterSlot(gate.Name, ParameterRole.Gate, [gate.Count]));
        return plain.With([.. noises, .. gates]);
    }

    /// <summary>The log α that belongs to a weight.</summary>
    public static string NoiseOf(string weightName) => weightName[..^"weight".Length] + "noise";

    /// <summary>The gates of a hidden layer.</summary>
    public static string GatesOf(int layer) => $"layers.{layer}.gates";
}
