namespace MLExtensions.Trainers.Metrics;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    private const double LogRootTwoPi = 0.91893853320467274178;

    /// <summary>log φ(x).</summary>
    public static double LogDensity(double x) => (-x * x / 2) - LogRootTwoPi;

    /// <summary>Φ(x), by Marsaglia's series (2004); absolute error below 1e-15.</summary>
    public static double Cumulative(double x)
    {
        if (Math.Abs(x) > 8)
            return x > 0 ? 1 : 0;
        double sum = x, last = 0, term = x, square = x * x;
        for (int i = 3; sum != last; i += 2)
        {
            last = sum;
            term *= square / i;
            sum += term;
        }

        return 0.5 + (sum * Math.Exp(LogDensity(x)));
    }

    /// <summary>The x with Φ(x) = p, by bisection and Newton's steps; p in (0, 1).</summary>
    public static double Quantile(double p)
    {
        double low = -8, high = 8, x = 0;
        for (int i = 0; i < 100; i++)
        {
            double error = Cumulative(x) - p;
            if (error > 0)
                high = x;
            else
                low = x;
            double next = x - (error * Math.Exp(-LogDensity(x)));
            if (!(next > low && next < high))
                next = (low + high) / 2;
            if (Math.Abs(next - x) < 1e-15)
                break;
            x = next;
        }

        return x;
    }
}
