namespace MLExtensions.Benchmarks;

/// <summary>Student's paired test of differences over seeds.</summary>
internal static class PairedTest
{
    /// <summary>Mean difference and two-sided p; p is NaN below two pairs.</summary>
    public static (double Mean, double P) Of(double[] differences)
    {
        int n = differences.Length;
        double mean = differences.Average();
        if (n < 2)
            return (mean, double.NaN);
        double variance = differences.Sum(d => (d - mean) * (d - mean)) / (n - 1);
        if (variance == 0)
            return (mean, mean == 0 ? 1 : 0);
        return (mean, 2 * UpperTail(Math.Abs(mean) / Math.Sqrt(variance / n), n - 1));
    }

    // P(T > t), by Simpson's rule over the angle: t = sqrt(ν) tan a, density ∝ cos(a)^(ν − 1).
    private static double UpperTail(double t, int degrees)
    {
        double from = Math.Atan(t / Math.Sqrt(degrees));
        return Integral(from, Math.PI / 2) / (2 * Integral(0, Math.PI / 2));

        double Integral(double a, double b)
        {
            const int Pieces = 2000;
            double h = (b - a) / Pieces, sum = 0;
            for (int i = 0; i <= Pieces; i++)
                sum += Math.Pow(Math.Max(0, Math.Cos(a + (i * h))), degrees - 1) * (i == 0 || i == Pieces ? 1 : i % 2 == 1 ? 4 : 2);
            return sum * h / 3;
        }
    }
}
