namespace MLExtensions.Transforms.Scoring;

/// <summary>The names of a model's columns.</summary>
internal sealed record ScoreColumnNames(
    string Feature = "Features", string Label = "Label", string PredictedLabel = "PredictedLabel", string Score = "Score", string Probability = "Probability");
