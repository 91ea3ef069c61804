using System.Globalization;
using MLExtensions.Samples.Shared.Npy;
using MLExtensions.Trainers.Tests.Transport;

namespace MLExtensions.Trainers.Tests.Selection;

/// <summary>The class selection against the outputs of the official code, on its own class means.</summary>
public sealed class OfficialSelectionTests
{
    public static TheoryData<string, string> Sets
    {
        get
        {
            var sets = new TheoryData<string, string>();
            foreach (string net in (string[])["supervised", "self_supervised"])
                foreach (string target in (string[])["CUB", "caltech", "SUN", "cars", "dogs"])
                    sets.Add(net, target);
            return sets;
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void All_ranks_scores_and_target_masses_are_the_official_ones(string net, string target)
    {
        ClassRanking ranking = Rank(net, target, new ClassSelectionOptions());
        string[] lines = Lines($"{net}_{target}_ranking.csv");
        int[] order = [.. lines.Select(line => int.Parse(line.Split(',')[1], CultureInfo.InvariantCulture))];
        double[] scores = [.. lines.Select(line => Number(line.Split(',')[^1]))];
        Assert.Equal(order, ranking.Order);
        for (int rank = 0; rank < order.Length; rank++)
            Assert.Equal(1, ranking.Scores[order[rank]] / scores[rank], 2e-6);
        double[] columns = [.. Lines($"{net}_{target}_target_marginal.csv").Select(line => Number(line.Split(',')[^1]))];
        for (int j = 0; j < columns.Length; j++)
            Assert.Equal(1, ranking.Transport.TargetMass[j] / columns[j], 2e-6);
    }

    [Fact]
    public void The_summaries_are_the_official_ones()
    {
        string[] names = File.ReadLines(Path.Combine(TransportData.Folder, "expected", "summary.csv")).First().Split(',');
        foreach (string line in Lines("summary.csv"))
        {
            string[] fields = line.Split(',');
            double Value(string name) => Number(fields[Array.IndexOf(names, name)]);
            ClassRanking ranking = Rank(fields[0], fields[1], new ClassSelectionOptions());
            TransportResult result = ranking.Transport;
            Assert.Equal((result.SourceMass.Count, result.TargetMass.Count), ((int)Value("K_s"), (int)Value("K_t")));
            double pairs = (double)result.SourceMass.Count * result.TargetMass.Count; // our entropy term has + Σ R
            Assert.Equal(1, (result.Objective - pairs) / Value("objective"), 1e-6);
            Assert.Equal(1, result.Mass / Value("mass"), 1e-7);
            Assert.Equal(1, result.SourceMass.Min() / Value("row_min"), 2e-6);
            Assert.Equal(1, result.TargetMass.Max() / Value("col_max"), 2e-6);
            Assert.Equal(1, result.SourceMass.Sum(r => (r * Math.Log(r)) - r + 1) / Value("kl_source"), 1e-6);
            Assert.True(result.Converged && result.Iterations < 15, $"{result.Iterations} iterations");
        }
    }

    [Fact]
    public void The_whole_plan_for_the_dogs_is_the_official_one()
    {
        NpyMatrix plan = TransportData.Matrix("expected", "supervised_dogs_plan_f32.npy");
        TransportResult result = Rank("supervised", "dogs", new ClassSelectionOptions()).Transport;
        for (int i = 0; i < plan.Rows; i++)
            for (int j = 0; j < plan.Columns; j++)
                Assert.Equal(1, result.PlanEntry(i, j) / plan.Values[(i * plan.Columns) + j], 2e-6);
    }

    [Theory]
    [InlineData(TransportPrecision.Double, TransportStorage.Tiles)]
    [InlineData(TransportPrecision.Mixed, TransportStorage.Kernel)]
    [InlineData(TransportPrecision.Single, TransportStorage.Kernel)]
    public void Other_ways_to_solve_give_nearly_the_same_scores(TransportPrecision precision, TransportStorage storage)
    {
        var options = new ClassSelectionOptions { Transport = new TransportOptions { Precision = precision, Storage = storage, Tolerance = 1e-8 } };
        ClassRanking expected = Rank("self_supervised", "SUN", new ClassSelectionOptions()), ranking = Rank("self_supervised", "SUN", options);
        Assert.Equal(expected.Top(100).Order(), ranking.Top(100).Order());
        for (int k = 0; k < ranking.Scores.Count; k++)
            Assert.Equal(1, ranking.Scores[k] / expected.Scores[k], precision == TransportPrecision.Double ? 1e-8 : 1e-6);
    }

    private static ClassRanking Rank(string net, string target, ClassSelectionOptions options) =>
        ClassSelection.Rank(Means(net, "ImageNet"), Means(net, target), options);

    private static ClassMeans Means(string net, string name)
    {
        NpyMatrix means = TransportData.Matrix(net, $"{name}_class_mean.npy");
        return ClassMeans.FromMeans(means.Values, means.Columns);
    }

    private static string[] Lines(string file) => [.. File.ReadLines(Path.Combine(TransportData.Folder, "expected", file)).Skip(1)];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
