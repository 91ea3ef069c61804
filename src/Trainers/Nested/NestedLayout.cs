using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// Where the parameters of a nested net lie: those of the plain net of the same recipe, then a log α for every weight, then the gates ρ of every mask.
/// </summary>
internal static class NestedLayout
{
    /// <summary>The layout of a recipe.</summary>
    public static ParameterLayout Of(Architecture recipe, InputShape input, int outputWidth, NestedSettings settings)
    {
        ParameterLayout plain = ParameterLayout.Of(recipe, input, outputWidth);
        IEnumerable<ParameterSlot> noises = plain.Parameters.Where(slot => slot.Role == ParameterRole.Weight)
            .Select(slot => new ParameterSlot(NoiseOf(slot.Name), ParameterRole.WeightNoise, slot.Shape));
        IEnumerable<ParameterSlot> gates = NestedPlan.Of(recipe, input, outputWidth).Groups(settings)
            .Select((groups, i) => (Name: GatesOf(i), Count: groups.Outcomes - 1))
            .Where(gate => gate.Count > 0)
            .Select(gate => new ParameterSlot(gate.Name, ParameterRole.Gate, [gate.Count]));
        return plain.With([.. noises, .. gates]);
    }

    /// <summary>The log α that belongs to a weight.</summary>
    public static string NoiseOf(string weightName) => weightName[..^"weight".Length] + "noise";

    /// <summary>The gates of a mask: of a perceptron, of a hidden layer.</summary>
    public static string GatesOf(int mask) => $"layers.{mask}.gates";
}
