namespace MLExtensions.Trainers.Nets;

/// <summary>One parameter of a net and its place in the flat array.</summary>
/// <param name="Name">Stable name, part of the file format.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="ScaleInvariant">Whether a normalisation follows directly, so that the function does not depend on the scale of each row.</param>
internal sealed record ParameterSlot(string Name, ParameterRole Role, int[] Shape, bool ScaleInvariant)
{
    /// <summary>Where it starts in the flat array.</summary>
    public int Offset { get; init; }

    /// <summary>How many numbers it holds.</summary>
    public int Length { get; } = Shape.Aggregate(1, (product, size) => checked(product * size));
}
