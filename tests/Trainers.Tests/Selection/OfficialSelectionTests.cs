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
