using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace MLExtensions.Benchmarks.Convolution;

/// <summary>Reads CIFAR-10 in its binary layout (gzip): a byte for the label, then 1024 red, 1024 green and 1024 blue bytes.</summary>
internal static class CifarFiles
{
    /// <summary>Bytes of a picture with its label.</summary>
    public const int Record = 3073;

    private sealed class Row
    {
        [VectorType(3, 32, 32)]
        public float[] Features { get; set; } = [];

        public uint Class { get; set; }
    }

    /// <summary>The bytes of a file, unpacked.</summary>
    public static byte[] Read(string path)
    {
        using var zip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        zip.CopyTo(memory);
        return memory.ToArray();
    }

    /// <summary>The pictures of a file, with a key label.</summary>
    public static IDataView Load(MLContext ml, string path)
    {
        byte[] bytes = Read(path);
        IEnumerable<Row> rows = Enumerable.Range(0, bytes.Length / Record)
            .Select(i => new Row { Class = bytes[i * Record], Features = Array.ConvertAll(bytes[((i * Record) + 1)..((i + 1) * Record)], pixel => (float)pixel) });
        IDataView view = ml.Data.LoadFromEnumerable(rows.ToArray());
        return ml.Transforms.Conversion.MapValueToKey("Label", nameof(Row.Class), keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(view).Transform(view);
    }
}
