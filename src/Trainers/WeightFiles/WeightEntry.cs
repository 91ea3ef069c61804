namespace MLExtensions.Trainers.WeightFiles;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its number type.</param>
/// <param name="Shape">Its shape; empty for a single number.</param>
/// <param name="Begin">Where its bytes begin, from the end of the header.</param>
/// <param name="End">Where they end.</param>
internal sealed record WeightEntry(string Name, WeightType Type, long[] Shape, long Begin, long End)
{
    /// <summary>How many numbers it holds.</summary>
    public long Count => (End - Begin) / WeightTypes.SizeOf(Type);
}
