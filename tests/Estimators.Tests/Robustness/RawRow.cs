using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.Robustness;

/// <summary>A row of columns in quite different units, and a label that depends on them.</summary>
public sealed class RawRow
{
    public float Age { get; set; }

    public double Income { get; set; }

    public int Rooms { get; set; }

    [VectorType(2)]
    public float[] Position { get; set; } = new float[2];

    public string City { get; set; } = "";

    public bool Positive { get; set; }

    public string Class { get; set; } = "";

    public static List<RawRow> Make(int rows, int seed = 1)
    {
        var random = new Random(seed);
        var list = new List<RawRow>();
        for (int i = 0; i < rows; i++)
        {
            var row = new RawRow
            {
                Age = 20 + 50 * random.NextSingle(),
                Income = 1000 + 4000 * random.NextDouble(),
                Rooms = random.Next(1, 9),
                Position = [random.NextSingle() * 2 - 1, random.NextSingle() * 2 - 1],
                City = random.Next(2) == 0 ? "Rome" : "Oslo",
            };
            double score = (row.Age - 45) / 15 + (row.Income - 3000) / 1200 - (row.Rooms - 4.5) / 2.3 + row.Position[0] - row.Position[1];
            row.Positive = score + random.NextDouble() - 0.5 > 0;
            row.Class = score < -1 ? "low" : score > 1 ? "high" : "middle";
            list.Add(row);
        }

        return list;
    }

    public static IDataView View(MLContext ml, int rows = 400, int seed = 1) => ml.Data.LoadFromEnumerable(Make(rows, seed));
}
