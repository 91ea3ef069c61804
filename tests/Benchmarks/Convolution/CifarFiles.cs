using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace MLExtensions.Benchmarks.Convolution;

/// <summary>Reads CIFAR-10 in its binary layout (gzip): a byte for the label, then 1024 red, 1024 green and 1024 blue bytes.</summary>
internal static class CifarFiles
{
    private sealed class Row
    {
        [VectorType(3, 32, 32)]
        public float[] Features { get; set; } = [];

        public uint Class { get; set; }
    }

    /// <summary>The pictures of a file, with a key label.</summary>
    public static IDataView Load(MLContext ml, string path)
    {
        using var zip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        zip.CopyTo(memory);
        byte[] bytes = memory.ToArray();
        IEnumerable<Row> rows = Enumerable.Range(0, bytes.Length / 3073)
            .Select(i => new Row { Class = bytes[i * 3073], Features = Array.ConvertAll(bytes[((i * 3073) + 1)..((i + 1) * 3073)], pixel => (float)pixel) });
        IDataView view = ml.Data.LoadFromEnumerable(rows.ToArray());
        return ml.Transforms.Conversion.MapValueToKey("Label", nameof(Row.Class), keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(view).Transform(view);
    }
}
