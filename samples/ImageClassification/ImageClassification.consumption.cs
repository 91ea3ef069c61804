using Microsoft.ML;
using MLExtensions.Samples.Shared;

namespace MLExtensions.Samples;

internal static partial class ImageClassification
{
    /// <summary>What the model gets.</summary>
    public sealed class ModelInput
    {
        /// <summary>The file of a picture.</summary>
        public string ImagePath { get; set; } = "";

        /// <summary>Not used; the model was trained with such a column.</summary>
        public string Label { get; set; } = "";
    }

    /// <summary>What the model gives.</summary>
    public sealed class ModelOutput
    {
        /// <summary>The class.</summary>
        public string PredictedLabel { get; set; } = "";

        /// <summary>The probability of each class.</summary>
        public float[] Score { get; set; } = [];
    }

    /// <summary>Loads a model as any ML.NET application would, with nothing registered before, and predicts one picture.</summary>
    public static ModelOutput Predict(string modelPath, string imagePath)
    {
        foreach (string path in (string[])[modelPath, imagePath])
            if (!File.Exists(path))
                throw new SampleInputException($"There is no file '{path}'.");
        try
        {
            var mlContext = new MLContext();
            using var engine = mlContext.Model.CreatePredictionEngine<ModelInput, ModelOutput>(mlContext.Model.Load(modelPath, out _));
            return engine.Predict(new ModelInput { ImagePath = imagePath });
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or InvalidOperationException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new SampleInputException($"Cannot predict '{imagePath}' with '{modelPath}': {e.Message}", e);
        }
    }
}
