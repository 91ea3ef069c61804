using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Samples;

internal static partial class ImageClassification
{
    /// <summary>A picture that the model takes for something else.</summary>
    /// <param name="Path">Its file.</param>
    /// <param name="Actual">What it shows.</param>
    /// <param name="Predicted">What the model says.</param>
    /// <param name="Confidence">The probability that the model gives its answer.</param>
    public sealed record Mistake(string Path, string Actual, string Predicted, double Confidence);

    /// <summary>ML.NET's metrics, and the mistakes, the surest first.</summary>
    public static (MulticlassClassificationMetrics Metrics, IReadOnlyList<string> Classes, IReadOnlyList<Mistake> Mistakes) Evaluate(
        MLContext mlContext, ITransformer model, IDataView test)
    {
        var scored = mlContext.Data.Cache(model.Transform(test), "ImagePath", "Label", "PredictedLabel", "Score");
        var metrics = mlContext.MulticlassClassification.Evaluate(scored);
        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["Score"].GetSlotNames(ref names);
        string[] classes = [.. names.DenseValues().Select(name => name.ToString())];
        var keys = scored.GetColumn<uint>("Label").Select(key => key == 0 ? "(unknown)" : classes[key - 1]);
        var rows = scored.GetColumn<string>("ImagePath").Zip(keys, scored.GetColumn<string>("PredictedLabel")).Zip(scored.GetColumn<float[]>("Score"));
        var mistakes = rows.Where(row => row.First.Second != row.First.Third)
            .Select(row => new Mistake(row.First.First, row.First.Second, row.First.Third, row.Second.Max()))
            .OrderByDescending(mistake => mistake.Confidence);
        return (metrics, classes, [.. mistakes]);
    }
}
