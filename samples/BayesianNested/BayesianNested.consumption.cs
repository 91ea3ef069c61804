using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Samples;

internal static partial class BayesianNested
{
    /// <summary>One predicted picture.</summary>
    public sealed record Prediction(string Actual, string Predicted, float Confidence);

    /// <summary>Puts the net of a width in the place of the nested one, physically smaller, and saves the pipeline.</summary>
    /// <returns>Bytes of the whole model's file and of the small one's.</returns>
    public static (long Whole, long Small) SaveBoth(MLContext mlContext, ITransformer model, DataViewSchema schema, double width, string wholePath, string smallPath)
    {
        mlContext.Model.Save(model, schema, wholePath);
        mlContext.Model.Save(model.WithBayesianNested(net => net.Extract(width)), schema, smallPath);
        return (new FileInfo(wholePath).Length, new FileInfo(smallPath).Length);
    }

    /// <summary>Loads the small model as any ML.NET application would and predicts some rows.</summary>
    public static IReadOnlyList<Prediction> Predict(string path, IDataView rows, int count)
    {
        var mlContext = new MLContext();
        IDataView scored = mlContext.Model.Load(path, out _).Transform(mlContext.Data.TakeRows(rows, count));
        return
        [
            .. mlContext.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false, ignoreMissingColumns: true)
                .Zip(rows.GetColumn<string>("Label"), (row, actual) => new Prediction(actual, row.Prediction, row.Score.Max())),
        ];
    }

    private sealed class Scored
    {
        public string Prediction { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
