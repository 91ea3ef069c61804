namespace MLExtensions.Trainers.Metrics;

/// <summary>
/// Expected calibration error: rows in bins by confidence; the mean over rows of |accuracy − mean confidence| of their bin. Over the whole data set: a mean over
/// batches would be biased upwards.
/// </summary>
internal static class CalibrationError
{
    /// <summary>Bins of equal width, (lower, upper]; a confidence of 0 lies in the first.</summary>
    public static ReliabilityBin[] EqualWidth(ClassProbabilities rows, int bins)
    {
        var counts = new int[bins];
        var confidences = new double[bins];
        var correct = new int[bins];
        for (int i = 0; i < rows.Count; i++)
        {
            int bin = BinOf(rows.Confidences[i], bins);
            counts[bin]++;
            confidences[bin] += rows.Confidences[i];
            correct[bin] += rows.Correct[i] ? 1 : 0;
        }

        return [.. Enumerable.Range(0, bins).Select(b => new ReliabilityBin(
            b / (double)bins, (b + 1) / (double)bins, counts[b], Ratio(confidences[b], counts[b]), Ratio(correct[b], counts[b])))];
    }

    /// <summary>Bins of equal numbers of rows, in order of confidence; the first ones take one more where it does not divide.</summary>
    public static ReliabilityBin[] EqualMass(ClassProbabilities rows, int bins)
    {
        int[] order = [.. Enumerable.Range(0, rows.Count).OrderBy(i => rows.Confidences[i])]; // stable
        var result = new List<ReliabilityBin>();
        int start = 0;
        for (int b = 0; b < bins; b++)
        {
            int[] members = order[start..(start += (rows.Count / bins) + (b < rows.Count % bins ? 1 : 0))];
            if (members.Length > 0)
                result.Add(new ReliabilityBin(
                    rows.Confidences[members[0]], rows.Confidences[members[^1]], members.Length,
                    members.Average(i => rows.Confidences[i]), members.Count(i => rows.Correct[i]) / (double)members.Length));
        }

        return [.. result];
    }

    /// <summary>The mean gap over rows.</summary>
    public static double Mean(IReadOnlyList<ReliabilityBin> bins) =>
        bins.Where(bin => bin.Rows > 0).Sum(bin => bin.Rows * bin.Gap) / bins.Sum(bin => (double)bin.Rows);

    /// <summary>The largest gap of a bin with rows.</summary>
    public static double Maximum(IReadOnlyList<ReliabilityBin> bins) => bins.Where(bin => bin.Rows > 0).Max(bin => bin.Gap);

    private static int BinOf(double confidence, int bins)
    {
        int bin = Math.Clamp((int)Math.Ceiling(confidence * bins) - 1, 0, bins - 1);
        // The product's rounding may put an edge on the wrong side.
        if (bin > 0 && confidence <= bin / (double)bins)
            return bin - 1;
        return bin < bins - 1 && confidence > (bin + 1) / (double)bins ? bin + 1 : bin;
    }

    private static double Ratio(double sum, int count) => count == 0 ? double.NaN : sum / count;
}
