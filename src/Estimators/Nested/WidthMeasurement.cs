namespace MLExtensions;

/// <summary>What one width of a nested net costs and is worth.</summary>
public sealed record WidthMeasurement
{
    /// <summary>Share of the units of every hidden layer.</summary>
    public required double Width { get; init; }

    /// <summary>Weights and biases of the plain net of this width.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiplications for a row and one draw of the weights.</summary>
    public required long MultiplyAdds { get; init; }

    /// <summary>Bytes of the numbers that <see cref="BayesianNestedTransformer.Extract"/> keeps; a saved model has some kilobytes more.</summary>
    public required long Bytes { get; init; }

    /// <summary>Median time to score a single row on this machine, with the draws of the measured view.</summary>
    public required TimeSpan Latency { get; init; }

    /// <summary>Classification: the share of right rows. Regression: the coefficient of determination R².</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean negative log-likelihood, in nats.</summary>
    public required double NegativeLogLikelihood { get; init; }

    /// <summary>Classification: expected calibration error, 15 bins of equal width. Regression: |coverage − level| of the 90 % intervals.</summary>
    public required double CalibrationError { get; init; }
}
