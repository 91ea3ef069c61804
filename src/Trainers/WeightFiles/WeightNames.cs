using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.WeightFiles;

/// <summary>The names of a net's parameters in weight files: those of the published nets where the recipe is one of them, else our own.</summary>
internal static class WeightNames
{
    private const string Head = "head.";

    /// <summary>The tensors of a net, parameters before running statistics, in the order of the layout.</summary>
    public static WantedWeights Of(Architecture architecture, ParameterSlot slot) =>
        new(NameOf(architecture, slot), Array.ConvertAll(slot.Shape, size => (long)size), slot.Name.StartsWith(Head, StringComparison.Ordinal));

    private static string NameOf(Architecture architecture, ParameterSlot slot) => architecture switch
    {
        _ => slot.Name,
    };
}
