using System.Globalization;
using System.Text;

namespace MLExtensions;

/// <summary>What was chosen from a source for a target, and why. Saved with the fitted stage.</summary>
public sealed record SelectionReport
{
    /// <summary>The share of a target class's mass below which it counts as left uncovered; our choice.</summary>
    public const double UncoveredShare = 0.1;

    /// <summary>Whether classes or rows were chosen.</summary>
    public required SelectionLevel Level { get; init; }

    /// <summary>How.</summary>
    public required SelectionStrategy Strategy { get; init; }

    /// <summary>How much, as text.</summary>
    public required string Budget { get; init; }

    /// <summary>The classes of the source, best first.</summary>
    public required IReadOnlyList<SelectedClass> Classes { get; init; }

    /// <summary>The classes of the target, in their own order.</summary>
    public required IReadOnlyList<TargetCoverage> Targets { get; init; }

    /// <summary>Labelled rows of the source.</summary>
    public required long SourceRows { get; init; }

    /// <summary>Those that are passed on while what follows is trained.</summary>
    public required long SelectedRows { get; init; }

    /// <summary>Rows of the source without a label, which are never chosen.</summary>
    public required long SkippedRows { get; init; }

    /// <summary>Labelled rows of the target.</summary>
    public required long TargetRows { get; init; }

    /// <summary>The share of all transported mass that comes from what was chosen.</summary>
    public required double CoveredShare { get; init; }

    /// <summary>Iterations of the transport solve.</summary>
    public required int Iterations { get; init; }

    /// <summary>Whether it converged.</summary>
    public required bool Converged { get; init; }

    /// <summary>Target classes of whose mass less than <see cref="UncoveredShare"/> comes from what was chosen.</summary>
    public IEnumerable<TargetCoverage> UncoveredTargets => Targets.Where(target => target.CoveredShare < UncoveredShare);

    /// <summary>One line per class of the source: rank, class_index, class, selected, rows, selected_rows, score, nearest_target, nearest_distance, then its mass to each target class.</summary>
    /// <returns>Comma-separated values with a header; numbers lose nothing.</returns>
    public string ToCsv()
    {
        var text = new StringBuilder("rank,class_index,class,selected,rows,selected_rows,score,nearest_target,nearest_distance");
        foreach (TargetCoverage target in Targets)
            text.Append(',').Append(Quoted("mass_to_" + target.Name));
        text.Append('\n');
        foreach (SelectedClass line in Classes)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{line.Rank},{line.Index},{Quoted(line.Name)},{(line.IsSelected ? 1 : 0)},{line.Rows},{line.SelectedRows},{line.Score:R},{Quoted(line.NearestTarget ?? "")},{line.NearestDistance:R}");
            foreach (double mass in line.MassToTargets)
                text.Append(CultureInfo.InvariantCulture, $",{mass:R}");
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Writes <see cref="ToCsv"/> to a file, which is whole or not there.</summary>
    /// <param name="path">The file; replaced when there is one.</param>
    public void SaveCsv(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string temporary = path + ".tmp";
        File.WriteAllText(temporary, ToCsv());
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>The chosen classes and what is left uncovered, in a few lines.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"{Strategy} over {(Level == SelectionLevel.Classes ? "classes" : "rows")}, {Budget}: {SelectedRows} of {SourceRows} source rows, {CoveredShare:p1} of the transported mass");
        foreach (SelectedClass line in Classes.Where(line => line.IsSelected).Take(20))
            text.Append(CultureInfo.InvariantCulture, $"\n{line.Rank}. {line.Name}: {line.SelectedRows} rows, score {line.Score:g4}, nearest to {line.NearestTarget}");
        foreach (TargetCoverage target in UncoveredTargets)
            text.Append(CultureInfo.InvariantCulture, $"\nuncovered: {target.Name} ({target.CoveredShare:p1})");
        return text.ToString();
    }

    /// <summary>Adds what cannot be true of a saved report.</summary>
    internal void Check(ICollection<string> faults)
    {
        if (Classes is null || Targets is null || Budget is null || Classes.Contains(null!) || Targets.Contains(null!))
        {
            faults.Add("its report has a hole.");
            return;
        }

        if (Classes.Any(line => line.MassToTargets?.Count != Targets.Count || line.Name is null) || Targets.Any(target => target.Name is null))
            faults.Add("its report has a line without a name or with masses of other targets.");
    }

    private static string Quoted(string value) => value.AsSpan().IndexOfAny(",\"\n\r") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
