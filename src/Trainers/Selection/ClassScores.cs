using MLExtensions.Trainers.Runtime;

namespace MLExtensions.Trainers.Selection;

/// <summary>A score for every source class, the higher the better; −∞ for classes without rows.</summary>
internal static class ClassScores
{
    /// <summary>Scores by a strategy.</summary>
    /// <param name="strategy">The strategy.</param>
    /// <param name="source">Class means of the source.</param>
    /// <param name="target">Class means of the target.</param>
    /// <param name="transported">The mass that each source class sends.</param>
    /// <param name="seed">Seed of chance.</param>
    public static double[] Of(SelectionStrategy strategy, ClassMeans source, ClassMeans target, IReadOnlyList<double> transported, long seed)
    {
        var distances = new MeanDistances(target);
        var scores = new double[source.ClassCount];
        float[][] means = [.. Enumerable.Range(0, source.ClassCount).Select(k => UnitVectors.Of(source.Mean(k)))];
        int[]? picked = strategy == SelectionStrategy.KCenter ? KCenters(source, means, distances) : null;
        for (int k = 0; k < scores.Length; k++)
            scores[k] = source.Counts[k] == 0 ? double.NegativeInfinity : strategy switch
            {
                SelectionStrategy.Random => SeededRandom.Derive(seed, (long)RandomPurpose.RowSelection, k).NextDouble(),
                SelectionStrategy.NearestMean => -distances.Least(means[k]),
                SelectionStrategy.NearestMeanOfAll => -distances.Mean(means[k]),
                SelectionStrategy.KCenter => -Array.IndexOf(picked!, k),
                _ => transported[k],
            };
        return scores;
    }

    /// <summary>Indices, best first; equal scores by index; without those of −∞.</summary>
    public static int[] Order(IReadOnlyList<double> scores) =>
        [.. Enumerable.Range(0, scores.Count).Where(k => !double.IsNegativeInfinity(scores[k])).OrderByDescending(k => scores[k]).ThenBy(k => k)];

    private static int[] KCenters(ClassMeans source, float[][] means, MeanDistances distances)
    {
        int[] present = [.. Enumerable.Range(0, source.ClassCount).Where(k => source.Counts[k] > 0)];
        float[][] points = [.. present.Select(k => means[k])];
        return [.. KCenter.Pick(points, KCenter.Nearest(points, distances), points.Length).Select(i => present[i])];
    }
}
