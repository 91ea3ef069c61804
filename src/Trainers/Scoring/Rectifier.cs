namespace MLExtensions.Trainers.Scoring;

/// <summary>The activations that cost next to nothing while the sums are still in registers.</summary>
internal enum Rectifier
{
    /// <summary>Nothing, or a function that is applied to the whole row afterwards.</summary>
    None,

    /// <summary>Negative numbers become zero.</summary>
    Relu,

    /// <summary>Negative numbers are multiplied by 0.01.</summary>
    LeakyRelu,
}
