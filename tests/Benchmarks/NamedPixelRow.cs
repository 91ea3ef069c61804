using Microsoft.ML.Data;

namespace MLExtensions.Benchmarks;

/// <summary>A grey picture of 28 x 28 and what it shows.</summary>
internal sealed class NamedPixelRow
{
    [VectorType(784)]
    public float[] Features { get; set; } = [];

    public string Class { get; set; } = "";
}
