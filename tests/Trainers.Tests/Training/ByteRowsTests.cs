using CsCheck;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Training;

public sealed class ByteRowsTests
{
    public ByteRowsTests() => NativeTorch.EnsureLoaded();

    [Fact]
    public void Whole_numbers_from_0_to_255_are_packed_and_nothing_else() =>
        Gen.Select(Gen.Int[0, 255].Select(i => (float)i).Array[0, 300], Gen.Int[0, 299], Gen.OneOf(
            Gen.Const(float.NaN), Gen.Const(float.PositiveInfinity), Gen.Const(-1f), Gen.Const(256f), Gen.Const(0.5f), Gen.Const(1e10f), Gen.Const(254.9999f), Gen.Const(7f))).Sample((values, at, other) =>
        {
            var bytes = new byte[values.Length];
            Assert.True(ByteValues.TryPack(values, bytes));
            Assert.Equal(values, Array.ConvertAll(bytes, b => (float)b));
            if (at >= values.Length)
                return;
            values[at] = other;
            Assert.Equal(other == 7, ByteValues.TryPack(values, bytes));
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rows_kept_as_bytes_give_the_same_batches_to_the_bit(bool shuffled)
    {
        const int Rows = 70;
        var shape = InputShape.Image(3, 4, 5);
        float[] pixels = Array.ConvertAll(Numbers.Uniform(Rows * shape.Length, 1, 0, 255.99f), MathF.Floor);
        var standardization = new Standardization([100, 120, 90], [0.01f, 0.02f, 0.013f]) { Picture = shape };
        float[][] Batches(bool asBytes)
        {
            var table = new RowTable(shape.Length, asBytes);
            for (int i = 0; i < Rows; i++)
                table.Add(pixels.AsSpan(i * shape.Length, shape.Length), i, 1);
            Assert.Equal(asBytes, table.HoldsBytes);
            Assert.Equal(Rows * shape.Length * (asBytes ? 1 : 4), table.Bytes);
            Assert.Equal(pixels.AsSpan(shape.Length, shape.Length), table.Row(1));
            using var feed = new MemoryFeed(table, standardization, classIndices: true, weighted: false, CPU);
            var batches = new List<float[]>();
            for (int epoch = 0; epoch < 2; epoch++)
            {
                feed.BeginEpoch(shuffled ? 5 : null, epoch);
                using DisposeScope scope = NewDisposeScope();
                while (feed.Next(16) is { } batch)
                    batches.Add(FlatParameters.ToArray(batch.Features.flatten()));
            }

            return [.. batches];
        }

        Assert.Equal(Batches(asBytes: false), Batches(asBytes: true));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(9)]
    public void One_row_of_other_numbers_makes_all_rows_float32_without_a_loss(int odd)
    {
        var table = new RowTable(300_000, asBytes: true); // three rows a piece
        for (int i = 0; i < 10; i++)
            table.Add(Row(i), i, 1);
        Assert.False(table.HoldsBytes);
        for (int i = 0; i < 10; i++)
            Assert.True(table.Row(i).SequenceEqual(Row(i)));
        float[] Row(int i)
        {
            var row = new float[300_000];
            Array.Fill(row, i);
            row[^1] = i == odd ? 0.25f : 3;
            return row;
        }
    }

    [Fact]
    public void Rows_of_another_table_are_taken_over()
    {
        var first = new RowTable(2, asBytes: true);
        first.Add([1, 2], 0, 1);
        var second = new RowTable(2, asBytes: true);
        second.Add([3, 4], 1, 0.5f);
        first.AddAll(second);
        Assert.True(first.HoldsBytes);
        Assert.Equal([3, 4], first.Row(1).ToArray());
        Assert.Equal([1f, 0.5f], first.Weights.ToArray());
    }
}
