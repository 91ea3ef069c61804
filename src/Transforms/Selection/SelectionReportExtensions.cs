using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions;

/// <summary>Turns selection reports into data views.</summary>
public static class SelectionReportExtensions
{
    /// <summary>
    /// One row per class of the source, best first, with the properties of <see cref="SelectedClass"/> as columns; <c>MassToTargets</c> is a vector of Double with the target classes
    /// as slot names.
    /// </summary>
    /// <param name="report">The report.</param>
    /// <param name="mlContext">The context that makes the view.</param>
    public static IDataView ToDataView(this SelectionReport report, MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(mlContext);
        var schema = SchemaDefinition.Create(typeof(ClassRow));
        SchemaDefinition.Column masses = schema[nameof(ClassRow.MassToTargets)];
        masses.ColumnType = new VectorDataViewType(NumberDataViewType.Double, report.Targets.Count);
        masses.AddAnnotation("SlotNames", new VBuffer<ReadOnlyMemory<char>>(report.Targets.Count, [.. report.Targets.Select(target => target.Name.AsMemory())]),
            new VectorDataViewType(TextDataViewType.Instance, report.Targets.Count));
        return mlContext.Data.LoadFromEnumerable(report.Classes.Select(line => new ClassRow(line)).ToList(), schema);
    }

    private sealed class ClassRow(SelectedClass line)
    {
        public int Rank => line.Rank;

        public int Index => line.Index;

        public string Name => line.Name;

        public bool IsSelected => line.IsSelected;

        public long Rows => line.Rows;

        public long SelectedRows => line.SelectedRows;

        public double Score => line.Score;

        public string NearestTarget => line.NearestTarget ?? "";

        public double NearestDistance => line.NearestDistance;

        public double[] MassToTargets => [.. line.MassToTargets];
    }
}
