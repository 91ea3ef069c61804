using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.Selection;

/// <summary>
/// Rows about eight directions: source classes a to h, one for each, and target classes that lie near some of them: "A" near a, "C" near c, "far" near none.
/// </summary>
internal static class Blobs
{
    public const int Width = 8;

    public static IReadOnlyList<string> SourceNames { get; } = ["a", "b", "c", "d", "e", "f", "g", "h"];

    public sealed class Row
    {
        [VectorType(Width)]
        public float[] Features { get; set; } = [];

        public string Class { get; set; } = "";

        public float Number { get; set; }
    }

    public static List<Row> Source(int rowsPerClass = 30, int seed = 1) =>
        [.. Enumerable.Range(0, rowsPerClass).SelectMany(i => SourceNames.Select((name, k) => Draw(name, Direction(k), seed * 100_000 + i * 8 + k)))];

    public static List<Row> Target(int rowsPerClass = 10, params string[] classes) => [.. (classes.Length == 0 ? ["A", "C"] : classes).SelectMany((name, c) =>
        Enumerable.Range(0, rowsPerClass).Select(i => Draw(name, TargetDirection(name), 7_000_000 + c * 1000 + i)))];

    /// <summary>The rows with a key label in the order of the names.</summary>
    public static IDataView View(MLContext ml, IEnumerable<Row> rows) => Keyed(ml, ml.Data.LoadFromEnumerable(rows));

    public static IDataView Keyed(MLContext ml, IDataView rows) => ml.Transforms.Conversion
        .MapValueToKey("Label", "Class", keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(rows).Transform(rows);

    public static List<string> Classes(IDataView rows) => [.. rows.GetColumn<string>("Class")];

    private static float[] Direction(int k)
    {
        var direction = new float[Width];
        direction[k] = 1;
        return direction;
    }

    private static float[] TargetDirection(string name)
    {
        if (name == "far")
            return [.. Enumerable.Repeat(-1f, Width)];
        float[] direction = Direction(name[0] - 'A');
        direction[(name[0] - 'A' + 1) % Width] = 0.3f; // the next class is second nearest
        return direction;
    }

    private static Row Draw(string name, float[] direction, int seed)
    {
        var random = new Random(seed);
        return new Row { Class = name, Features = Array.ConvertAll(direction, value => 2 * value + 0.3f * (random.NextSingle() - 0.5f)), Number = seed };
    }
}
