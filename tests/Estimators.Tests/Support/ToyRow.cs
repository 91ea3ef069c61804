using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests;

/// <summary>A row with every kind of label: is x0 + x1 − x2 + x3 large (3 classes), positive (yes or no), and how large.</summary>
public sealed class ToyRow
{
    [VectorType(4)]
    public float[] Features { get; set; } = new float[4];

    public string Class { get; set; } = "";

    public bool Positive { get; set; }

    public float Number { get; set; }

    public float Weight { get; set; } = 1;

    public static List<ToyRow> Make(int rows, int seed = 1)
    {
        var random = new Random(seed);
        var list = new List<ToyRow>();
        for (int i = 0; i < rows; i++)
        {
            float[] x = [Next(), Next(), Next(), Next()];
            float sum = x[0] + x[1] - x[2] + x[3];
            list.Add(new ToyRow { Features = x, Class = sum < -0.7 ? "low" : sum > 0.7 ? "high" : "middle", Positive = sum > 0, Number = 100 + 10 * sum });
        }

        return list;
        float Next() => random.NextSingle() * 2 - 1;
    }

    public static IDataView View(MLContext ml, int rows = 400, int seed = 1) => ml.Data.LoadFromEnumerable(Make(rows, seed));
}
