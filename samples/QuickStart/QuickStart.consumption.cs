using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Samples.Shared;
using MLExtensions.Samples.Shared.Characters;
using MLExtensions.Samples.Shared.Tables;

namespace MLExtensions.Samples;

internal static partial class QuickStart
{
    /// <summary>One predicted row, in the user's words.</summary>
    /// <param name="Actual">The label.</param>
    /// <param name="Predicted">What the model says.</param>
    /// <param name="Confidence">The probability that the model gives its answer; null for regression.</param>
    public sealed record Prediction(string Actual, string Predicted, double? Confidence);

    /// <summary>Loads a model as any ML.NET application would, with nothing registered before, and predicts saved rows.</summary>
    /// <param name="modelPath">A model.zip of this sample.</param>
    /// <param name="rowsPath">Rows saved by <see cref="SaveRows"/>.</param>
    public static IReadOnlyList<Prediction> Predict(string modelPath, string rowsPath)
    {
        var mlContext = new MLContext();
        var model = Open(modelPath, path => mlContext.Model.Load(path, out _));
        var scored = model.Transform(Open(rowsPath, path => mlContext.Data.LoadFromBinary(path)));
        var actual = ReadAsText(scored, TableFeatures.LabelColumn);
        var predicted = ReadAsText(scored, PredictionColumn);
        return [.. actual.Zip(predicted, ReadConfidence(scored)).Select(x => new Prediction(x.First, x.Second, x.Third))];
    }

    /// <summary>What an application reads of a scored picture: a class with the columns it wants.</summary>
    public sealed class PictureAnswer
    {
        [ColumnName(PredictionColumn)]
        public string Answer { get; set; } = "";

        [ColumnName(DefaultColumnNames.Score)]
        public float[] Probabilities { get; set; } = [];
    }

    /// <summary>Predicts single pictures, one call each, as a service does; the engine is for one thread at a time.</summary>
    public static IEnumerable<PictureAnswer> PredictOneByOne(MLContext mlContext, ITransformer model, IEnumerable<CharacterRow> pictures)
    {
        using var engine = mlContext.Model.CreatePredictionEngine<CharacterRow, PictureAnswer>(model);
        foreach (var picture in pictures)
            yield return engine.Predict(picture);
    }

    /// <summary>Keeps a few rows, drawn at random, for another process.</summary>
    public static void SaveRows(MLContext mlContext, IDataView rows, int count, int seed, string path)
    {
        using var file = File.Create(path);
        mlContext.Data.SaveAsBinary(mlContext.Data.TakeRows(mlContext.Data.ShuffleRows(rows, seed), count), file);
    }

    private static T Open<T>(string path, Func<string, T> load)
    {
        if (!File.Exists(path))
            throw new SampleInputException($"There is no file '{path}'. Run the sample without a subcommand first; it writes the model and some rows.");
        try
        {
            return load(path);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new SampleInputException($"Cannot read '{path}': {e.Message}", e);
        }
    }

    private static IEnumerable<string> ReadAsText(IDataView rows, string column) =>
        rows.Schema[column].Type is NumberDataViewType
            ? rows.GetColumn<float>(column).Select(x => x.ToString("#,##0.####", CultureInfo.InvariantCulture))
            : rows.GetColumn<string>(column);

    private static IEnumerable<double?> ReadConfidence(IDataView rows)
    {
        if (rows.Schema.GetColumnOrNull(DefaultColumnNames.Probability) is not null)
            return rows.GetColumn<float>(DefaultColumnNames.Probability).Select(p => (double?)Math.Max(p, 1 - p));
        if (rows.Schema[DefaultColumnNames.Score].Type is VectorDataViewType)
            return rows.GetColumn<float[]>(DefaultColumnNames.Score).Select(p => (double?)p.Max());
        return Enumerable.Repeat<double?>(null, int.MaxValue);
    }
}
