namespace MLExtensions.Transforms.Scoring;

/// <summary>The names of a model's columns.</summary>
internal sealed record ScoreColumnNames(
    string Feature = "Features", string Label = "Label", string PredictedLabel = "PredictedLabel", string Score = "Score", string Probability = "Probability")
{
    /// <summary>Adds which names are missing.</summary>
    public void Check(ICollection<string> faults)
    {
        foreach ((string part, string? name) in new[]
                 {
                     (nameof(Feature), Feature), (nameof(Label), Label), (nameof(PredictedLabel), PredictedLabel), (nameof(Score), Score), (nameof(Probability), Probability),
                 })
            if (string.IsNullOrEmpty(name))
                faults.Add($"the name of its column {part} is missing.");
    }
}
