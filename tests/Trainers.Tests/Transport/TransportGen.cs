using CsCheck;

namespace MLExtensions.Trainers.Tests.Transport;

/// <summary>Draws transport problems for property tests.</summary>
internal static class TransportGen
{
    public static readonly Gen<double> Epsilon = OneOf(0.05, 0.3, 1.0, 3.0);

    public static readonly Gen<double> Rho = OneOf(0.1, 1.0, 10.0, 100.0);

    public static readonly Gen<TransportReference> Reference = OneOf(TransportReference.Weights, TransportReference.Ones);

    /// <summary>Given costs in [0, 2], weights in [0.1, 1.1], finite ρ.</summary>
    public static readonly Gen<TransportProblem> Problem =
        from n in Gen.Int[1, 12]
        from m in Gen.Int[1, 12]
        from costs in Gen.Double[0, 2].Array[n * m]
        from a in Gen.Double[0.1, 1.1].Array[n]
        from b in Gen.Double[0.1, 1.1].Array[m]
        from epsilon in Epsilon
        from rhoSource in Rho
        from rhoTarget in Rho
        from reference in Reference
        select new TransportProblem
        {
            Geometry = TransportGeometry.FromCosts(costs, n, m),
            SourceWeights = a,
            TargetWeights = b,
            Epsilon = epsilon,
            RhoSource = rhoSource,
            RhoTarget = rhoTarget,
            Reference = reference,
        };

    /// <summary>Points of a width that is no multiple of anything, all three costs.</summary>
    public static readonly Gen<TransportProblem> PointProblem =
        from n in Gen.Int[1, 90]
        from m in Gen.Int[1, 90]
        from width in Gen.Int[1, 150]
        from seed in Gen.Int[0, 1_000_000]
        from kind in OneOf(TransportCostKind.Cosine, TransportCostKind.SquaredEuclidean, TransportCostKind.Euclidean)
        from epsilon in Epsilon
        select new TransportProblem { Geometry = Geometry(kind, Points(n, width, seed), Points(m, width, seed + 1)), Epsilon = epsilon, RhoTarget = 10 };

    public static TransportGeometry Geometry(TransportCostKind kind, TransportPoints source, TransportPoints target) => kind switch
    {
        TransportCostKind.Cosine => TransportGeometry.Cosine(source, target, 0.5),
        TransportCostKind.SquaredEuclidean => TransportGeometry.SquaredEuclidean(source, target, 1.0 / source.Width),
        _ => TransportGeometry.Euclidean(source, target, 1 / Math.Sqrt(source.Width)),
    };

    public static TransportPoints Points(int count, int width, long seed) => TransportPoints.From(Numbers.Uniform(count * width, seed), width);

    public static TransportResult Solve(TransportProblem problem, double tolerance = 1e-12) =>
        UnbalancedTransport.Solve(problem, new TransportOptions { Precision = TransportPrecision.Double, Tolerance = tolerance, Threads = 1 });

    /// <summary>The costs, computed one by one.</summary>
    public static double[] Costs(TransportGeometry geometry) =>
        [.. from i in Enumerable.Range(0, geometry.SourceCount) from j in Enumerable.Range(0, geometry.TargetCount) select geometry.Cost(i, j)];

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>Equal up to a share of the largest.</summary>
    public static void AssertClose(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance)
    {
        Assert.Equal(expected.Count, actual.Count);
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Count; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * largest, $"[{i}]: {actual[i]:R} instead of {expected[i]:R}");
    }
}
