using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Benchmarks.Convolution;

namespace MLExtensions.Benchmarks.Nested;

/// <summary>Known pictures and strangers, and the net that is fitted to them.</summary>
/// <param name="Name">The known pictures and the number of training rows.</param>
/// <param name="Train">Training rows.</param>
/// <param name="Validation">Rows for early stopping and calibration.</param>
/// <param name="Test">Rows that are measured.</param>
/// <param name="Strangers">Rows of another kind.</param>
/// <param name="Recipe">The recipe with a share of its units.</param>
/// <param name="Epochs">Passes over the training rows.</param>
/// <param name="StatisticsRows">Rows from which batch normalisation is collected again.</param>
internal sealed record NestedEvidenceSet(
    string Name, IDataView Train, IDataView Validation, IDataView Test, IDataView Strangers, Func<double, Architecture> Recipe, int Epochs, int StatisticsRows)
{
    private const int ValidationRows = 500;

    /// <summary>Digits or clothes of 28 x 28 pixels, and a perceptron.</summary>
    public static NestedEvidenceSet Digits(string data, string known, string strange, int rows, int tests, int seed)
    {
        var ml = new MLContext(seed);
        PixelRow[] chosen = PixelRow.Read(Path.Combine(data, known), "train", rows + ValidationRows, seed);
        return new NestedEvidenceSet(
            $"{known} {rows}",
            PixelRow.View(ml, chosen[..rows]),
            PixelRow.View(ml, chosen[rows..]),
            PixelRow.View(ml, PixelRow.Read(Path.Combine(data, known), "t10k", tests, seed)),
            PixelRow.View(ml, PixelRow.Read(Path.Combine(data, strange), "t10k", tests, seed)),
            width => Architecture.Mlp([(int)(256 * width), (int)(128 * width)], normalization: Normalization.Batch),
            Math.Clamp(24_000 / rows, 8, 60),
            4096);
    }

    /// <summary>The CIFAR-10 subset and a small convolutional net. Strangers are clothes of Fashion-MNIST, drawn in grey with a black border of two pixels.</summary>
    public static NestedEvidenceSet Cifar(string data, int rows, int tests, int seed)
    {
        var ml = new MLContext(seed);
        Row[] chosen = Read("data_batch_1.bin.gz", rows + ValidationRows);
        PixelRow[] clothes = PixelRow.Read(Path.Combine(data, "fashion-mnist"), "t10k", tests, seed);
        return new NestedEvidenceSet(
            $"cifar10 {rows}",
            View(chosen[..rows]),
            View(chosen[rows..]),
            View(Read("test_batch.bin.gz", tests)),
            View([.. clothes.Select(row => new Row { Features = InColour(row.Features) })]),
            width => Architecture.ConvNet([[(int)(16 * width)], [(int)(32 * width)], [(int)(64 * width)]]),
            Epochs: 8,
            StatisticsRows: 300);

        IDataView View(Row[] some) => ml.Data.LoadFromEnumerable(some);

        Row[] Read(string file, int count)
        {
            byte[] bytes = CifarFiles.Read(Path.Combine(data, "cifar10", file));
            int[] order = [.. Enumerable.Range(0, bytes.Length / CifarFiles.Record)];
            new Random(seed).Shuffle(order);
            return [.. order.Take(count).Select(i => new Row
            {
                Label = bytes[i * CifarFiles.Record],
                Features = Array.ConvertAll(bytes[((i * CifarFiles.Record) + 1)..((i + 1) * CifarFiles.Record)], pixel => (float)pixel),
            })];
        }
    }

    private static float[] InColour(float[] grey)
    {
        float largest = grey.Max();
        var colour = new float[3 * 32 * 32];
        for (int channel = 0; channel < 3; channel++)
            for (int i = 0; i < grey.Length; i++)
                colour[(channel * 1024) + (((i / 28) + 2) * 32) + (i % 28) + 2] = grey[i] * 255 / largest;
        return colour;
    }

    private sealed class Row
    {
        [VectorType(3, 32, 32)]
        public float[] Features { get; set; } = [];

        /// <summary>The class; ML.NET reads numbers of a key field from 0.</summary>
        [KeyType(10)]
        public uint Label { get; set; }
    }
}
