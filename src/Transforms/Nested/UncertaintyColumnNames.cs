namespace MLExtensions;

/// <summary>The columns that a Bayesian nested net adds where they are asked for.</summary>
public static class UncertaintyColumnNames
{
    /// <summary>Classification: entropy of the mean probabilities, in nats: all uncertainty together.</summary>
    public const string PredictiveEntropy = "PredictiveEntropy";

    /// <summary>Classification: mean entropy of the draws, in nats: what stays unsure however much data there is.</summary>
    public const string ExpectedEntropy = "ExpectedEntropy";

    /// <summary>Classification: the difference of the two, at least 0: what the model does not know.</summary>
    public const string MutualInformation = "MutualInformation";

    /// <summary>Regression: deviation of the label around the score, in units of the label.</summary>
    public const string TotalDeviation = "TotalDeviation";

    /// <summary>Regression: deviation of the draws' means: what the model does not know.</summary>
    public const string EpistemicDeviation = "EpistemicDeviation";

    /// <summary>Regression: learned deviation of the label's noise.</summary>
    public const string NoiseDeviation = "NoiseDeviation";

    /// <summary>Regression: lower end of the interval.</summary>
    public const string IntervalLower = "IntervalLower";

    /// <summary>Regression: upper end of the interval.</summary>
    public const string IntervalUpper = "IntervalUpper";

    /// <summary>Adaptive width: the share of the units by which the row was scored in the end.</summary>
    public const string WidthUsed = "WidthUsed";
}
