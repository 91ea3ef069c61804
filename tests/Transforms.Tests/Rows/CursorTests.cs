using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.Rows;

/// <summary>Cursors over scored rows keep ML.NET's contract.</summary>
public sealed class CursorTests
{
    private const int Rows = 600;
    private static readonly MLContext Ml = new(1);
    private readonly TestView _source = new(Rows, TestColumn.Of("Id", NumberDataViewType.Int32, row => row), TestColumn.Features());
    private readonly NeuralNetworkTransformer _model = Models.Create(NetTask.Regression);
    private readonly IDataView _scored;
    private readonly float[] _expected;

    public CursorTests()
    {
        _scored = _model.Transform(_source);
        _expected = new float[Rows];
        for (int row = 0; row < Rows; row++)
            _model.Model.Network.Scorer.Score(TestColumn.FeaturesOf(row), 1, _expected.AsSpan(row, 1));
    }

    [Fact]
    public void Scores_are_those_of_the_net_in_the_order_of_the_source()
    {
        Assert.Equal(_expected, _scored.GetColumn<float>("Score"));
        Assert.True(_expected.Distinct().Count() > 100, "Too many equal scores to prove an order.");
    }

    [Fact]
    public void Two_cursors_at_once_do_not_disturb_each_other()
    {
        using DataViewRowCursor first = _scored.GetRowCursor(_scored.Schema), second = _scored.GetRowCursor(_scored.Schema);
        ValueGetter<float> firstScore = first.GetGetter<float>(_scored.Schema["Score"]), secondScore = second.GetGetter<float>(_scored.Schema["Score"]);
        float a = 0, b = 0;
        for (int row = 0; row < 300; row++)
        {
            Assert.True(first.MoveNext());
            firstScore(ref a);
            Assert.Equal(_expected[row], a);
            if (row % 2 > 0)
                continue;
            Assert.True(second.MoveNext());
            secondScore(ref b);
            Assert.Equal(_expected[row / 2], b);
        }
    }

    [Fact]
    public void Position_counts_rows_and_is_minus_one_before_and_after()
    {
        using DataViewRowCursor cursor = _scored.GetRowCursor([_scored.Schema["Score"]]);
        Assert.Equal(-1, cursor.Position);
        for (int row = 0; row < Rows; row++)
        {
            Assert.True(cursor.MoveNext());
            Assert.Equal(row, cursor.Position);
        }

        Assert.False(cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
        Assert.False(cursor.MoveNext());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(512)]
    public void Every_row_comes_once_whatever_the_count_of_rows(int count)
    {
        var source = new TestView(count, TestColumn.Of("Id", NumberDataViewType.Int32, row => row), TestColumn.Features());
        IDataView scored = _model.Transform(source);

        Assert.Equal(Enumerable.Range(0, count), scored.GetColumn<int>("Id"));
        Assert.Equal(_expected.Take(count), scored.GetColumn<float>("Score"));
        Assert.Equal(Enumerable.Range(0, count).Select(row => (row, _expected[row])), IdsAndScores(scored.GetRowCursor(scored.Schema)));
    }

    [Fact]
    public void Getters_before_the_first_row_and_after_the_last_are_errors()
    {
        using DataViewRowCursor cursor = _scored.GetRowCursor(_scored.Schema);
        ValueGetter<float> score = cursor.GetGetter<float>(_scored.Schema["Score"]);
        ValueGetter<int> id = cursor.GetGetter<int>(_scored.Schema["Id"]);
        ValueGetter<DataViewRowId> rowId = cursor.GetIdGetter();
        AllThrow();
        while (cursor.MoveNext())
        {
        }

        AllThrow();

        void AllThrow()
        {
            float value = 0;
            int number = 0;
            DataViewRowId identity = default;
            Assert.Contains("MoveNext", Assert.Throws<InvalidOperationException>(() => score(ref value)).Message);
            Assert.Throws<InvalidOperationException>(() => id(ref number));
            Assert.Throws<InvalidOperationException>(() => rowId(ref identity));
        }
    }

    [Fact]
    public void Columns_that_were_not_asked_for_are_errors_that_name_them()
    {
        using DataViewRowCursor scores = _scored.GetRowCursor([_scored.Schema["Score"]]);
        using DataViewRowCursor ids = _scored.GetRowCursor([_scored.Schema["Id"]]);

        Assert.Contains("'Id'", Assert.Throws<ArgumentOutOfRangeException>(() => scores.GetGetter<int>(_scored.Schema["Id"])).Message);
        Assert.Contains("'Features'", Assert.Throws<ArgumentOutOfRangeException>(() => scores.GetGetter<VBuffer<float>>(_scored.Schema["Features"])).Message);
        Assert.Contains("'Score'", Assert.Throws<ArgumentOutOfRangeException>(() => ids.GetGetter<float>(_scored.Schema["Score"])).Message);
        Assert.Equal((true, false), (scores.IsColumnActive(_scored.Schema["Score"]), scores.IsColumnActive(_scored.Schema["Features"])));
    }

    [Fact]
    public void A_getter_of_the_wrong_type_is_an_error_that_names_column_and_types()
    {
        using DataViewRowCursor cursor = _scored.GetRowCursor(_scored.Schema);

        string message = Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<double>(_scored.Schema["Score"])).Message;
        Assert.Contains("'Score'", message);
        Assert.Contains("System.Double", message);
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<float>(_scored.Schema["Id"]));
    }

    [Fact]
    public void Row_ids_are_those_of_the_source()
    {
        using DataViewRowCursor cursor = _scored.GetRowCursor([_scored.Schema["Score"]]);
        ValueGetter<DataViewRowId> getter = cursor.GetIdGetter();
        DataViewRowId id = default;
        for (ulong row = 0; cursor.MoveNext(); row++)
        {
            getter(ref id);
            Assert.Equal(new DataViewRowId(row, 77), id);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void The_batches_of_a_cursor_set_restore_the_order(int cursors)
    {
        DataViewRowCursor[] set = _scored.GetRowCursorSet(_scored.Schema, cursors);
        Assert.Equal(cursors, set.Length);
        var batches = new SortedDictionary<long, List<(int, float)>>();
        foreach (DataViewRowCursor cursor in set)
            foreach ((int, float) row in IdsAndScores(cursor, () => cursor.Batch, out List<long> batchOfRow))
            {
                long batch = batchOfRow[^1];
                (batches.TryGetValue(batch, out List<(int, float)>? rows) ? rows : batches[batch] = []).Add(row);
            }

        Assert.Equal(Enumerable.Range(0, Rows).Select(row => (row, _expected[row])), batches.Values.SelectMany(rows => rows));
    }

    [Fact]
    public void Shuffling_hands_the_random_numbers_down_and_keeps_rows_together()
    {
        var random = new Random(5);
        List<(int Id, float Score)> rows = [.. IdsAndScores(_scored.GetRowCursor(_scored.Schema, random))];

        Assert.Same(random, _source.LastRandom);
        Assert.NotEqual(Enumerable.Range(0, Rows), rows.Select(row => row.Id));
        Assert.Equal(Enumerable.Range(0, Rows).Select(row => (row, _expected[row])), rows.OrderBy(row => row.Id));
    }

    [Fact]
    public void A_cursor_set_hands_the_random_numbers_down()
    {
        var random = new Random(5);
        foreach (DataViewRowCursor cursor in _scored.GetRowCursorSet([_scored.Schema["Score"]], 2, random))
            cursor.Dispose();

        Assert.Same(random, _source.LastRandom);
    }

    private static IEnumerable<(int Id, float Score)> IdsAndScores(DataViewRowCursor cursor) => IdsAndScores(cursor, () => 0, out _);

    private static IEnumerable<(int Id, float Score)> IdsAndScores(DataViewRowCursor cursor, Func<long> batch, out List<long> batches)
    {
        List<long> seen = batches = [];
        return Read();

        IEnumerable<(int, float)> Read()
        {
            using (cursor)
            {
                ValueGetter<int> id = cursor.GetGetter<int>(cursor.Schema["Id"]);
                ValueGetter<float> score = cursor.GetGetter<float>(cursor.Schema["Score"]);
                int number = 0;
                float value = 0;
                while (cursor.MoveNext())
                {
                    id(ref number);
                    score(ref value);
                    seen.Add(batch());
                    yield return (number, value);
                }
            }
        }
    }
}
