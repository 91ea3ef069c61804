namespace MLExtensions;

/// <summary>What weight rescaling gives its norm to.</summary>
public enum RescalingGranularity
{
    /// <summary>Each row of a weight, which makes one output unit (or channel).</summary>
    OutputUnit,

    /// <summary>Each weight as a whole: its Frobenius norm becomes the norm times the root of its number of rows, so that rows have the norm on average.</summary>
    Layer,
}
