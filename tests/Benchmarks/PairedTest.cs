namespace MLExtensions.Benchmarks;

/// <summary>Two-sided p-values of differences between pairs, exact for any number of them.</summary>
internal static class PairedTest
{
    /// <summary>Student's t-test that the mean difference is 0. 1 when all differences are 0; NaN below two pairs.</summary>
    public static double Student(IReadOnlyList<double> differences)
    {
        int freedom = differences.Count - 1;
        if (freedom < 1)
            return double.NaN;
        double mean = differences.Average();
        double deviation = Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / freedom);
        if (deviation == 0)
            return mean == 0 ? 1 : 0;
        double angle = Math.Atan(Math.Abs(mean) / deviation * Math.Sqrt(differences.Count) / Math.Sqrt(freedom));
        double sine = Math.Sin(angle), cosine = Math.Cos(angle);
        // Abramowitz and Stegun, 26.7.3 and 26.7.4.
        bool odd = freedom % 2 == 1;
        double term = odd ? cosine : 1, sum = odd && freedom == 1 ? 0 : term;
        for (int k = odd ? 3 : 2; k <= freedom - 2; k += 2)
            sum += term *= cosine * cosine * (k - 1) / k;
        double inside = odd ? 2 / Math.PI * (angle + sine * sum) : sine * sum;
        return Math.Max(0, 1 - inside);
    }

    /// <summary>The share of all ways to flip signs that give a mean at least as far from 0. With 5 pairs it cannot be below 0.0625.</summary>
    public static double SignFlip(IReadOnlyList<double> differences)
    {
        double size = Math.Abs(differences.Sum()) - 1e-12;
        int ways = 1 << differences.Count, extreme = 0;
        for (int way = 0; way < ways; way++)
            if (Math.Abs(differences.Select((d, i) => (way >> i & 1) == 0 ? d : -d).Sum()) >= size)
                extreme++;
        return (double)extreme / ways;
    }
}
