using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Rows;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.Rows;

/// <summary>The row mapper behind prediction engines.</summary>
public sealed class RowMapperTests
{
    private readonly CountingScorer _scorer = new(NetTask.Binary);
    private readonly TestView _source = new(10, TestColumn.Of("Id", NumberDataViewType.Int32, row => row), TestColumn.Features());
    private readonly ScoringRowMapper _mapper;

    public RowMapperTests() => _mapper = new ScoringRowMapper(_source.Schema, Models.Create(NetTask.Binary).GetOutputSchema(_source.Schema), _scorer.Scoring);

    [Fact]
    public void Score_columns_depend_on_the_features_and_others_on_themselves()
    {
        Assert.Equal(["Features"], Names(_mapper.GetDependencies([_mapper.OutputSchema["Score"]])));
        Assert.Equal(["Id"], Names(_mapper.GetDependencies([_mapper.OutputSchema["Id"]])));
        Assert.Equal(["Id", "Features"], Names(_mapper.GetDependencies(_mapper.OutputSchema)));
        Assert.Empty(_mapper.GetDependencies([]));

        static IEnumerable<string> Names(IEnumerable<DataViewSchema.Column> columns) => columns.Select(column => column.Name);
    }

    [Fact]
    public void All_score_columns_of_a_position_share_one_forward_pass()
    {
        using DataViewRowCursor cursor = _source.GetRowCursor(_source.Schema);
        using DataViewRow row = _mapper.GetRow(cursor, _mapper.OutputSchema);
        ValueGetter<float> score = row.GetGetter<float>(row.Schema["Score"]), probability = row.GetGetter<float>(row.Schema["Probability"]);
        ValueGetter<bool> label = row.GetGetter<bool>(row.Schema["PredictedLabel"]);
        float a = 0, b = 0;
        bool c = false;
        for (int position = 1; cursor.MoveNext(); position++)
        {
            score(ref a);
            probability(ref b);
            label(ref c);
            score(ref a);
            Assert.Equal((position, position), (_scorer.Calls, _scorer.Rows));
        }
    }

    [Fact]
    public void Nothing_is_scored_where_no_score_is_fetched()
    {
        using DataViewRowCursor cursor = _source.GetRowCursor(_source.Schema);
        using DataViewRow row = _mapper.GetRow(cursor, _mapper.OutputSchema);
        ValueGetter<int> id = row.GetGetter<int>(row.Schema["Id"]);
        int value = 0;
        while (cursor.MoveNext())
            id(ref value);

        Assert.Equal((9, 0), (value, _scorer.Calls));
    }

    [Fact]
    public void A_row_of_which_no_score_is_asked_needs_no_features()
    {
        using DataViewRowCursor cursor = _source.GetRowCursor([_source.Schema["Id"]]);
        using DataViewRow row = _mapper.GetRow(cursor, [_mapper.OutputSchema["Id"]]);

        Assert.True(row.IsColumnActive(row.Schema["Id"]));
        Assert.False(row.IsColumnActive(row.Schema["Score"]));
        Assert.Contains("'Score'", Assert.Throws<ArgumentOutOfRangeException>(() => row.GetGetter<float>(row.Schema["Score"])).Message);
    }

    [Fact]
    public void Sparse_features_are_scored_as_dense_ones()
    {
        TestView sparse = new(1, TestColumn.Vector("Features", NumberDataViewType.Single, 4, _ => new VBuffer<float>(4, 1, [0.5f], [2])));
        TestView dense = new(1, TestColumn.Vector("Features", NumberDataViewType.Single, 4, _ => new VBuffer<float>(4, [0, 0, 0.5f, 0])));
        NeuralNetworkTransformer model = Models.Create(NetTask.Regression);

        Assert.Equal(Score(dense), Score(sparse));
        Assert.Equal(model.Transform(dense).ScoreBits(), model.Transform(sparse).ScoreBits());

        float Score(TestView source)
        {
            using DataViewRowCursor cursor = source.GetRowCursor(source.Schema);
            IRowToRowMapper mapper = ((ITransformer)model).GetRowToRowMapper(source.Schema);
            using DataViewRow row = mapper.GetRow(cursor, mapper.OutputSchema);
            float value = 0;
            cursor.MoveNext();
            row.GetGetter<float>(row.Schema["Score"])(ref value);
            return value;
        }
    }
}
