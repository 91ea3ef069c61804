namespace MLExtensions.Trainers.Metrics;

/// <summary>
/// True and false positives at every threshold of a score, from the highest down; rows of equal score enter together. Its areas say how well the score
/// tells positives from negatives.
/// </summary>
internal sealed class DetectionCurve
{
    private readonly List<(double Positives, double Negatives)> _points = [];
    private readonly double _positives;
    private readonly double _negatives;

    /// <summary>Sorts the rows.</summary>
    /// <param name="scores">[rows], higher for positive.</param>
    /// <param name="positive">[rows]; both kinds must be there.</param>
    public DetectionCurve(double[] scores, bool[] positive)
    {
        int[] order = [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i])];
        for (int i = 0; i < order.Length; i++)
        {
            if (positive[order[i]])
                _positives++;
            else
                _negatives++;
            if (i + 1 == order.Length || scores[order[i + 1]] != scores[order[i]])
                _points.Add((_positives, _negatives));
        }

        if (_positives == 0 || _negatives == 0)
            throw new ArgumentException($"A detection needs rows of both kinds; there are {_positives} positive and {_negatives} negative ones.", nameof(positive));
    }

    /// <summary>Area under the ROC curve: the probability that a positive scores above a negative, ties half.</summary>
    public double AreaUnderRoc()
    {
        double area = 0;
        (double Positives, double Negatives) last = (0, 0);
        foreach ((double Positives, double Negatives) point in _points)
        {
            area += (point.Negatives - last.Negatives) * (point.Positives + last.Positives) / 2;
            last = point;
        }

        return area / (_positives * _negatives);
    }

    /// <summary>Average precision: the step-wise area under precision against recall.</summary>
    public double AveragePrecision()
    {
        double sum = 0, last = 0;
        foreach ((double positives, double negatives) in _points)
        {
            sum += (positives - last) / _positives * positives / (positives + negatives);
            last = positives;
        }

        return sum;
    }

    /// <summary>The false-positive rate at the first threshold whose true-positive rate reaches <paramref name="recall"/>.</summary>
    public double FalsePositiveRateAt(double recall)
    {
        foreach ((double positives, double negatives) in _points)
            if (positives / _positives >= recall)
                return negatives / _negatives;
        return 1;
    }
}
