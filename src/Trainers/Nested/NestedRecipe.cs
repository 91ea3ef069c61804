namespace MLExtensions.Trainers.Nested;

/// <summary>Which recipes can be nested.</summary>
internal static class NestedRecipe
{
    /// <summary>Adds why a recipe cannot be.</summary>
    public static void Check(Architecture recipe, ICollection<string> faults)
    {
        if (recipe is not MlpArchitecture mlp)
        {
            faults.Add($"Architecture: {recipe} cannot be nested; only multi-layer perceptrons can. Use Architecture.Mlp, for pictures on their pixels or on the columns of an embedding.");
            return;
        }

        if (mlp.Normalization == Normalization.Layer)
            faults.Add("Architecture.Mlp: normalization is Layer, which mixes kept and dropped units. Nested nets take Normalization.Batch or Normalization.None.");
        if (mlp.Dropout > 0)
            faults.Add($"Architecture.Mlp: dropout is {mlp.Dropout}; in a nested net the noise of the weights takes its place. Leave dropout out.");
        if (mlp.WeightStandardization)
            faults.Add("Architecture.Mlp: weightStandardization does not go with the drawn weights of a nested net. Leave it out.");
    }
}
