using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Rows;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.Rows;

/// <summary>Nothing is read, scored or asked of the source that nobody asked for.</summary>
public sealed class LazinessTests
{
    private readonly TestColumn _features = TestColumn.Features();
    private readonly TestColumn _name = TestColumn.Of("Name", TextDataViewType.Instance, row => $"row {row}".AsMemory());
    private readonly TestColumn _other = TestColumn.Of("Other", NumberDataViewType.Int32, row => row);
    private readonly TestView _source;

    public LazinessTests() => _source = new TestView(1000, _name, _features, _other);

    [Fact]
    public void Transform_reads_nothing()
    {
        IDataView scored = Models.Create(NetTask.Multiclass).Transform(_source);

        Assert.Equal(0, _source.CursorsOpened);
        Assert.Equal(1000, scored.GetRowCount());
        Assert.True(scored.CanShuffle);
    }

    [Fact]
    public void Opening_a_cursor_and_making_getters_reads_no_row()
    {
        IDataView scored = Models.Create(NetTask.Binary).Transform(_source);
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        cursor.GetGetter<float>(scored.Schema["Score"]);

        Assert.Equal((1, 0, 0), (_source.CursorsOpened, _source.RowsRead, _features.Reads));
    }

    [Fact]
    public void A_score_column_asks_the_source_for_the_features_only()
    {
        IDataView scored = Models.Create(NetTask.Multiclass).Transform(_source);
        Read(scored, "PredictedLabel");

        Assert.Equal(["Features"], _source.LastAsked);
        Assert.Equal((1000, 0, 0), (_features.Reads, _name.Reads, _other.Reads));
    }

    [Fact]
    public void Without_a_score_column_no_feature_is_read_and_nothing_is_scored()
    {
        var scorer = new CountingScorer(NetTask.Multiclass);
        Read(View(scorer), "Name");

        Assert.Equal(["Name"], _source.LastAsked);
        Assert.Equal((1000, 0, 0), (_source.RowsRead, _features.Reads, scorer.Calls));
    }

    [Fact]
    public void A_cursor_without_columns_only_counts_rows()
    {
        var scorer = new CountingScorer(NetTask.Regression);
        Read(View(scorer));

        Assert.Empty(_source.LastAsked);
        Assert.Equal((1000, 0, 0), (_source.RowsRead, scorer.Calls, _features.Reads));
    }

    [Fact]
    public void One_batch_is_read_ahead_and_no_more()
    {
        var scorer = new CountingScorer(NetTask.Regression);
        IDataView view = View(scorer);
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Score"]]);
        ValueGetter<float> score = cursor.GetGetter<float>(view.Schema["Score"]);
        float value = 0;

        Assert.True(cursor.MoveNext());
        Assert.Equal(256, _source.RowsRead);
        Assert.Equal(0, scorer.Calls); // moving is not asking
        for (int row = 1; row < 256; row++)
        {
            score(ref value);
            Assert.True(cursor.MoveNext());
        }

        Assert.Equal((256, 1, 256), (_source.RowsRead, scorer.Calls, scorer.Rows));
        Assert.True(cursor.MoveNext());
        score(ref value);
        Assert.Equal((512, 2, 512), (_source.RowsRead, scorer.Calls, scorer.Rows));
    }

    [Theory]
    [InlineData(1 << 14, 256)]
    [InlineData(1 << 20, 4)]
    [InlineData((1 << 22) + 1, 1)]
    public void Wide_rows_are_read_ahead_in_smaller_batches(int width, int rows)
    {
        TestColumn features = TestColumn.Vector("Features", NumberDataViewType.Single, width, _ => new VBuffer<float>(width, 0, [], []));
        var source = new TestView(300, features);
        IDataView scored = Models.Create(Nets.Create(NetTask.Regression, inputs: width, recipe: Architecture.Mlp([]))).Transform(source);
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);

        Assert.True(cursor.MoveNext());
        Assert.Equal(rows, source.RowsRead);
    }

    [Fact]
    public void A_batch_of_which_no_score_is_fetched_is_not_scored()
    {
        var scorer = new CountingScorer(NetTask.Regression);
        IDataView view = View(scorer);
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Score"]]);
        ValueGetter<float> score = cursor.GetGetter<float>(view.Schema["Score"]);
        float value = 0;
        while (cursor.MoveNext())
            if (cursor.Position == 999)
                score(ref value);

        Assert.Equal((1, 1000 - 768), (scorer.Calls, scorer.Rows));
    }

    [Fact]
    public void All_score_columns_of_a_batch_share_one_forward_pass()
    {
        var scorer = new CountingScorer(NetTask.Binary);
        IDataView view = View(scorer);
        Read(view, "Score", "Probability", "PredictedLabel");

        Assert.Equal((4, 1000), (scorer.Calls, scorer.Rows));
        Assert.Equal(1000, _features.Reads);
    }

    [Fact]
    public void Disposing_a_cursor_disposes_the_cursor_of_the_source()
    {
        IDataView scored = Models.Create(NetTask.Binary).Transform(_source);
        scored.GetRowCursor(scored.Schema).Dispose();
        scored.GetRowCursor([scored.Schema["Name"]]).Dispose();

        Assert.Equal(2, _source.CursorsDisposed);
    }

    private IDataView View(CountingScorer scorer) => new ScoringView(_source, scorer.Scoring, Models.Create(scorer.Task).GetOutputSchema(_source.Schema));

    private static void Read(IDataView view, params string[] columns)
    {
        DataViewSchema.Column[] active = [.. columns.Select(name => view.Schema[name])];
        using DataViewRowCursor cursor = view.GetRowCursor(active);
        Action[] getters = [.. active.Select(column => Reader(cursor, column))];
        while (cursor.MoveNext())
            foreach (Action read in getters)
                read();
    }

    private static Action Reader(DataViewRow row, DataViewSchema.Column column)
    {
        return column.Type is VectorDataViewType ? Make<VBuffer<float>>()
            : column.Type is TextDataViewType ? Make<ReadOnlyMemory<char>>()
            : column.Type is KeyDataViewType ? Make<uint>()
            : column.Type is BooleanDataViewType ? Make<bool>()
            : Make<float>();

        Action Make<T>()
        {
            ValueGetter<T> getter = row.GetGetter<T>(column);
            T value = default!;
            return () => getter(ref value);
        }
    }
}
