namespace MLExtensions.Trainers.Nets;

/// <summary>One parameter of a net and its place in the flat array.</summary>
/// <param name="Name">Stable name, part of the file format.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Shape">Its shape as it lies in memory: [out, in], or [out, kernel, kernel, in] for a convolution, so that what belongs to one output lies together.</param>
/// <param name="ScaleInvariance">What a normalisation that follows directly makes of its scale.</param>
internal sealed record ParameterSlot(string Name, ParameterRole Role, int[] Shape, ScaleInvarianceKind ScaleInvariance = ScaleInvarianceKind.None)
{
    /// <summary>Where it starts in the flat array.</summary>
    public int Offset { get; init; }

    /// <summary>The name of the batch normalisation that follows, whose statistics go with the scale of this weight; null without.</summary>
    public string? BatchNorm { get; init; }

    /// <summary>How many numbers it holds.</summary>
    public int Length { get; } = Shape.Aggregate(1, (product, size) => checked(product * size));
}
