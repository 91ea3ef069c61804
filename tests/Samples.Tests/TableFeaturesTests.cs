using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Samples.Shared.Tables;

namespace MLExtensions.Samples.Tests;

public sealed class TableFeaturesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _mlContext = new(1);

    [Fact]
    public void Missing_numbers_become_the_mean_with_a_flag_and_words_are_one_hot()
    {
        var rows = Features("a,word,y\n1,u,yes\nNA,v,no\n3,,yes\n ,u,no\n", "y");
        // [a, is a missing, word u, word v]: a is 1, 2, 3, 2 before it gets mean 0.
        Assert.All(rows, r => Assert.Equal(4, r.Length));
        Assert.Equal([0, 1, 0, 1], rows.Select(r => r[1]));
        Assert.Equal(0, rows[1][0], 1e-5);
        Assert.Equal(rows[1][0], rows[3][0]);
        Assert.Equal(-rows[0][0], rows[2][0], 1e-5);
        Assert.Equal([1, 0], rows[0][2..]);
        Assert.Equal([0, 1], rows[1][2..]);
        Assert.Equal([0, 0], rows[2][2..]);
    }

    [Fact]
    public void Rows_without_a_label_are_skipped()
    {
        Assert.Equal(3, Features("a,y\n1,yes\n2,?\n3,no\n5,yes\n", "y").Length);
        Assert.Equal(3, Features("a,y\n1,1.5\n2,NA\n3,2.5\n5,9\n", "y").Length);
    }

    [Fact]
    public void A_column_may_bear_the_name_of_one_of_ours() =>
        Assert.Equal(3, Features("Features,Label,y\n1,u,yes\n3,v,no\n7,v,no\n", "y")[0].Length);

    public void Dispose() => _folder.Dispose();

    private float[][] Features(string text, string label)
    {
        var table = TableInference.Infer(_folder.Write("t.csv", text), label);
        var rows = TableFeatures.Load(_mlContext, table);
        return [.. TableFeatures.BuildFeaturizer(_mlContext, table).Fit(rows).Transform(rows).GetColumn<float[]>(TableFeatures.FeaturesColumn)];
    }
}
