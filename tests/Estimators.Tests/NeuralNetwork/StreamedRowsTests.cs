using System.Collections;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.NeuralNetwork;

/// <summary>How often rows are read when they do not fit the cache.</summary>
public sealed class StreamedRowsTests
{
    private const int Rows = 600;
    private const int Epochs = 3;

    [Fact]
    public void Validation_rows_that_fit_the_cache_are_kept_and_training_rows_read_once_an_epoch()
    {
        var ml = new MLContext(1);
        var rows = new CountedRows();

        Fit(ml, rows, CachePolicy.Budget(megabytes: 1, bufferRows: 64));

        Assert.Equal(1 + Epochs, rows.Passes); // 600 rows of 4 KiB; a tenth of them is for validation
    }

    [Fact]
    public void Without_a_cache_validation_reads_the_rows_again()
    {
        var ml = new MLContext(1);
        var rows = new CountedRows();

        Fit(ml, rows, CachePolicy.Stream(bufferRows: 64));

        Assert.Equal(1 + (2 * Epochs), rows.Passes);
    }

    [Fact]
    public void Reading_ahead_leaves_the_result_to_seed_and_rows()
    {
        var ml = new MLContext(1);
        float[] Scores() => [.. Fit(ml, new CountedRows(), CachePolicy.Stream(bufferRows: 64)).Transform(ml.Data.LoadFromEnumerable(new CountedRows())).GetColumn<float>("Score")];

        Assert.Equal(Scores(), Scores());
    }

    private static NeuralNetworkTransformer Fit(MLContext ml, CountedRows rows, CachePolicy cache) => ml.Regression.Trainers.NeuralNetwork(new NeuralNetworkOptions
    {
        Architecture = Architecture.Mlp([4]),
        Epochs = Epochs,
        ValidationFraction = 0.1,
        Seed = 1,
        Threads = ThreadPolicy.Fixed(1),
        Cache = cache,
    }).Fit(ml.Data.LoadFromEnumerable(rows));

    private sealed class Row
    {
        [VectorType(1024)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }

    /// <summary>Counts who reads it.</summary>
    private sealed class CountedRows : IEnumerable<Row>
    {
        private int _passes;

        public int Passes => Volatile.Read(ref _passes);

        public IEnumerator<Row> GetEnumerator()
        {
            Interlocked.Increment(ref _passes);
            return Enumerable.Range(0, Rows).Select(i => new Row { Features = [.. Enumerable.Range(0, 1024).Select(j => (float)((i * 31 + j * 17) % 101) / 101)], Label = i % 7 }).GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
