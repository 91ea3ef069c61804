using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Training;

public sealed class RowsAheadTests
{
    private const int MostAhead = 1024;
    private static readonly TimeSpan LongTime = TimeSpan.FromSeconds(60); // only a fault waits for so long

    [Fact]
    public void Rows_are_read_while_nobody_asks_for_them_up_to_a_limit()
    {
        var rows = new CountedRows(10_000);
        using var reader = new RowsAhead(rows.Open, 1);
        reader.Want();

        Assert.True(reader.Read(new float[1], out _, out _));

        Assert.True(SpinWait.SpinUntil(() => rows.Read == MostAhead, LongTime), $"{rows.Read} rows were read ahead.");
        for (int i = 0; i < 1000; i++)
            Assert.True(reader.Read(new float[1], out _, out _));
        Assert.True(SpinWait.SpinUntil(() => rows.Read >= 1000 + MostAhead - 64, LongTime), $"{rows.Read} rows were read ahead.");
        Assert.InRange(rows.Read, 0, 1001 + MostAhead);
    }

    [Fact]
    public void Wide_rows_are_read_ahead_by_their_bytes()
    {
        const int Width = 1 << 22; // 16 MiB a row
        var rows = new CountedRows(100);
        using var reader = new RowsAhead(rows.Open, Width);
        reader.Want();

        Assert.True(SpinWait.SpinUntil(() => rows.Read == 4, LongTime), $"{rows.Read} rows were read ahead.");
    }

    [Fact]
    public void A_pass_begins_only_when_it_is_asked_for()
    {
        var rows = new CountedRows(50);
        using var reader = new RowsAhead(rows.Open, 1);
        Assert.Equal(0, rows.Opened);

        reader.Want();
        Assert.Equal(Enumerable.Range(0, 50), Pass(reader));
        Assert.Equal(1, rows.Opened);

        reader.Want();
        reader.Want();
        Assert.Equal(Enumerable.Range(0, 50), Pass(reader));
        Assert.Equal(Enumerable.Range(0, 50), Pass(reader));
        Assert.Equal(3, rows.Opened);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(64)]
    public void An_error_comes_at_its_row_as_it_was_thrown(int row)
    {
        var rows = new CountedRows(100) { Fault = row };
        using var reader = new RowsAhead(rows.Open, 1);
        reader.Want();
        for (int i = 0; i < row; i++)
            Assert.True(reader.Read(new float[1], out _, out _));

        Assert.Equal("row " + row, Assert.Throws<FormatException>(() => reader.Read(new float[1], out _, out _)).Message);
    }

    [Fact]
    public void An_error_of_opening_comes_as_it_was_thrown()
    {
        using var reader = new RowsAhead(() => throw new FormatException("no file"), 1);
        reader.Want();

        Assert.Equal("no file", Assert.Throws<FormatException>(() => reader.Read(new float[1], out _, out _)).Message);
    }

    [Fact]
    public void Disposal_in_the_middle_of_a_pass_closes_the_stream()
    {
        var rows = new CountedRows(10_000);
        using (var reader = new RowsAhead(rows.Open, 1))
        {
            reader.Want();
            reader.Read(new float[1], out _, out _);
        }

        Assert.Equal((1, 1), (rows.Opened, rows.Closed));
    }

    [Fact]
    public void The_next_epoch_comes_into_the_shuffle_buffer_as_the_last_rows_of_this_one_leave_it()
    {
        const int Rows = 8000, Buffer = 5000;
        var rows = new CountedRows(Rows);
        using var feed = new StreamingFeed(rows.Open, Rows, 1, Buffer, classIndices: false, weighted: false, CPU);
        feed.BeginEpoch(1, 0, goesOn: true);
        int batches = 0;
        for (; batches < Rows / 100; batches++)
            feed.Next(100)!.Features.Dispose();

        Assert.InRange(rows.Read, Rows + Buffer - 1, Rows + Buffer + MostAhead);
    }

    [Fact]
    public void After_the_last_epoch_nothing_is_read()
    {
        var rows = new CountedRows(500);
        using (var feed = new StreamingFeed(rows.Open, 500, 1, 100, classIndices: false, weighted: false, CPU))
            for (int epoch = 0; epoch < 3; epoch++)
                Order(feed, epoch, goesOn: epoch < 2);

        Assert.Equal((3, 1500), (rows.Opened, rows.Read));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(97)]
    [InlineData(98)]
    [InlineData(1000)]
    public void Reading_ahead_does_not_change_the_order(int buffer)
    {
        var rows = new CountedRows(97);
        using var ahead = new StreamingFeed(rows.Open, 97, 1, buffer, classIndices: false, weighted: false, CPU);
        using var other = new StreamingFeed(rows.Open, 97, 1, buffer, classIndices: false, weighted: false, CPU);
        for (int epoch = 0; epoch < 4; epoch++)
        {
            float[] order = Order(ahead, epoch, goesOn: true);
            Assert.Equal(97, order.Distinct().Count());
            Assert.Equal(Order(other, epoch, goesOn: false), order);
        }
    }

    [Fact]
    public void An_epoch_that_was_broken_off_leaves_no_rows_behind()
    {
        var rows = new CountedRows(97);
        using var feed = new StreamingFeed(rows.Open, 97, 1, 60, classIndices: false, weighted: false, CPU);
        float[] expected = Order(feed, 1, goesOn: true);
        foreach (int batches in new[] { 1, 7 }) // before and after the first row of the next epoch has come
        {
            feed.BeginEpoch(3, 0, goesOn: true);
            for (int i = 0; i < batches; i++)
                feed.Next(10)!.Features.Dispose();
            Assert.Equal(expected, Order(feed, 1, goesOn: true));
        }
    }

    private static IEnumerable<int> Pass(RowsAhead reader)
    {
        var row = new float[1];
        while (reader.Read(row, out _, out _))
            yield return (int)row[0];
    }

    private static float[] Order(StreamingFeed feed, int epoch, bool goesOn)
    {
        using var scope = NewDisposeScope();
        var rows = new List<float>();
        feed.BeginEpoch(3, epoch, goesOn);
        while (feed.Next(10) is { } batch)
            rows.AddRange(batch.Features.data<float>().ToArray());
        return [.. rows];
    }

    /// <summary>Rows 0, 1, ... that count who reads them.</summary>
    private sealed class CountedRows(int count)
    {
        private int _opened;
        private int _closed;
        private int _read;

        public int Opened => Volatile.Read(ref _opened);

        public int Closed => Volatile.Read(ref _closed);

        public int Read => Volatile.Read(ref _read);

        public int Fault { get; init; } = -1;

        public IRowStream Open()
        {
            Interlocked.Increment(ref _opened);
            return new Stream(this, count);
        }

        private sealed class Stream(CountedRows owner, int count) : IRowStream
        {
            private int _row;

            public bool Read(Span<float> features, out float target, out float weight)
            {
                if (_row == owner.Fault)
                    throw new FormatException("row " + _row);
                (features[0], target, weight) = (_row, _row, 1);
                if (_row++ == count)
                    return false;
                Interlocked.Increment(ref owner._read);
                return true;
            }

            public void Dispose() => Interlocked.Increment(ref owner._closed);
        }
    }
}
