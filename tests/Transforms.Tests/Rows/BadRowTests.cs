using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.Rows;

/// <summary>Rows and schemas that do not fit the model.</summary>
public sealed class BadRowTests
{
    [Fact]
    public void A_row_of_another_width_is_an_error_that_names_column_row_and_widths()
    {
        IDataView scored = Models.Create(NetTask.Binary).Transform(Growing(odd: 40));

        string message = Assert.Throws<InvalidOperationException>(() => scored.GetColumn<float>("Score").ToList()).Message;
        Assert.Contains("'Features' has 7 values in row 40", message);
        Assert.Contains("trained on 4 features", message);
    }

    [Fact]
    public void After_such_an_error_the_cursor_gives_no_score_of_a_half_read_batch()
    {
        IDataView scored = Models.Create(NetTask.Binary).Transform(Growing(odd: 300));
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<float> score = cursor.GetGetter<float>(scored.Schema["Score"]);
        for (int row = 0; row < 256; row++)
            Assert.True(cursor.MoveNext());
        Assert.Throws<InvalidOperationException>(() => cursor.MoveNext());

        float value = 0;
        Assert.Throws<InvalidOperationException>(() => score(ref value));
        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public void Features_of_unknown_width_are_scored_where_the_rows_fit()
    {
        IDataView scored = Models.Create(NetTask.Binary).Transform(Growing(odd: -1));

        Assert.Equal(Models.Create(NetTask.Binary).Transform(new TestView(500, TestColumn.Features())).ScoreBits(), scored.ScoreBits());
    }

    [Fact]
    public void Another_width_or_type_of_the_column_is_an_error_at_Transform()
    {
        NeuralNetworkTransformer model = Models.Create(NetTask.Binary);
        TestView wide = new(3, TestColumn.Vector("Features", NumberDataViewType.Single, 5, _ => default(VBuffer<float>)));
        TestView doubles = new(3, TestColumn.Vector("Features", NumberDataViewType.Double, 4, _ => default(VBuffer<double>)));
        TestView scalar = new(3, TestColumn.Of("Features", NumberDataViewType.Single, _ => 0f));
        TestView missing = new(3, TestColumn.Features("Other"));

        Assert.Contains("expected Vector<Single, 4>, on which the model was trained, got Vector<Single, 5>", Message(wide));
        Assert.Contains("got Vector<Double, 4>", Message(doubles));
        Assert.Contains("got Single", Message(scalar));
        Assert.Contains("'Features' not found. The columns are: 'Other'", Message(missing));

        string Message(IDataView view) => Assert.Throws<ArgumentOutOfRangeException>(() => model.Transform(view)).Message;
    }

    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    public void A_feature_that_is_NaN_gives_NaN_scores_and_the_missing_key_in_its_row_only(int classes)
    {
        TestView source = new(5, TestColumn.Vector("Features", NumberDataViewType.Single, 4, row =>
        {
            float[] features = TestColumn.FeaturesOf(row);
            features[1] = row == 2 ? float.NaN : features[1];
            return new VBuffer<float>(4, features);
        }));
        IDataView scored = Models.Create(Nets.Create(NetTask.Multiclass, classes: classes)).Transform(source);
        float[][] scores = [.. scored.GetColumn<float[]>("Score")];
        uint[] labels = [.. scored.GetColumn<uint>("PredictedLabel")];

        Assert.All(scores[2], score => Assert.True(float.IsNaN(score)));
        Assert.Equal([false, false, true, false, false], labels.Select(label => label == 0));
        Assert.DoesNotContain(scores.Where((_, row) => row != 2).SelectMany(row => row), float.IsNaN);
    }

    [Theory]
    [InlineData("Binary")]
    [InlineData("Regression")]
    public void A_feature_that_is_NaN_gives_a_NaN_score(string task)
    {
        TestView source = new(1, TestColumn.Vector("Features", NumberDataViewType.Single, 4, _ => new VBuffer<float>(4, [1, float.NaN, 1, 1])));

        Assert.True(float.IsNaN(Models.Create(Enum.Parse<NetTask>(task)).Transform(source).GetColumn<float>("Score").Single()));
    }

    private static TestView Growing(int odd) => new(500, TestColumn.Vector("Features", NumberDataViewType.Single, 0, row =>
        row == odd ? new VBuffer<float>(7, new float[7]) : new VBuffer<float>(4, TestColumn.FeaturesOf(row))));
}
