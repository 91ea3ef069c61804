using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Benchmarks;

/// <summary>A picture of 28 x 28 pixels with its class, as a row.</summary>
internal sealed class PixelRow
{
    [VectorType(784)]
    public float[] Features { get; set; } = [];

    /// <summary>The class; ML.NET reads numbers of a key field from 0.</summary>
    [KeyType(10)]
    public uint Label { get; set; }

    /// <summary>Reads some pictures of an IDX folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="part">train or t10k.</param>
    /// <param name="count">How many at most; drawn by the seed.</param>
    /// <param name="seed">Of the choice.</param>
    public static PixelRow[] Read(string folder, string part, int count = int.MaxValue, int seed = 0)
    {
        (float[] pixels, float[] labels) = IdxFiles.Read(folder, part);
        int[] order = [.. Enumerable.Range(0, labels.Length)];
        if (count < labels.Length)
            new Random(seed).Shuffle(order);
        return [.. order.Take(count).Select(i => new PixelRow { Features = pixels.AsSpan(i * 784, 784).ToArray(), Label = (uint)labels[i] })];
    }

    public static IDataView View(MLContext ml, PixelRow[] rows) => ml.Data.LoadFromEnumerable(rows);
}
