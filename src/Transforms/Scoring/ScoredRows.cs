namespace MLExtensions.Transforms.Scoring;

/// <summary>Where getters of score columns find the outputs of the current row; scores first when that has not been done.</summary>
internal abstract class ScoredRows
{
    /// <summary>[rows * outputs]</summary>
    public abstract float[] Outputs { get; }

    /// <summary>The current row's place in <see cref="Outputs"/>, which hold its scores after this call.</summary>
    public abstract int Locate();
}
