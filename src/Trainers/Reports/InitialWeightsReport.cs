namespace MLExtensions;

/// <summary>What a net found in the weight file that it started from.</summary>
/// <param name="File">The file.</param>
/// <param name="Matched">Names of the tensors that were taken.</param>
/// <param name="Missing">Names that the net looked for and the file does not have.</param>
/// <param name="WrongShape">Tensors of another shape than the net's: name, shape found and shape wanted.</param>
/// <param name="LeftOver">Names in the file for which the net has no place.</param>
/// <param name="HeadLoaded">Whether the head was taken too; otherwise it starts with random weights.</param>
public sealed record InitialWeightsReport(
    string File, IReadOnlyList<string> Matched, IReadOnlyList<string> Missing, IReadOnlyList<string> WrongShape, IReadOnlyList<string> LeftOver, bool HeadLoaded)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Matched.Count} tensors of '{File}' taken, head {(HeadLoaded ? "included" : "not included")}{Names("missing", Missing)}{Names("of another shape", WrongShape)}{Names("left over", LeftOver)}";

    private static string Names(string what, IReadOnlyList<string> names)
    {
        const int Shown = 5;
        return names.Count == 0 ? "" : $"; {names.Count} {what}: {string.Join(", ", names.Take(Shown))}{(names.Count > Shown ? $" and {names.Count - Shown} more" : "")}";
    }
}
