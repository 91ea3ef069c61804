using static MLExtensions.Trainers.Tests.Transport.TransportGen;

namespace MLExtensions.Trainers.Tests.Transport;

/// <summary>Bad input, cancellation, progress, and what a result gives on demand.</summary>
public sealed class TransportInputTests
{
    private static readonly TransportProblem Good = new() { Geometry = TransportGeometry.FromCosts(new double[6], 2, 3) };

    public static TheoryData<string, Func<TransportProblem>> BadProblems => new()
    {
        { "SourceWeights has 3 values for 2 points", () => Good with { SourceWeights = [1, 1, 1] } },
        { "TargetWeights[1] is -1", () => Good with { TargetWeights = [1, -1, 1] } },
        { "TargetWeights[0] is NaN", () => Good with { TargetWeights = [double.NaN, 1, 1] } },
        { "SourceWeights are all 0", () => Good with { SourceWeights = [0, 0] } },
        { "sum to more than a float64 holds", () => Good with { SourceWeights = [1e308, 1e308] } },
        { "Epsilon is 0", () => Good with { Epsilon = 0 } },
        { "Epsilon is NaN", () => Good with { Epsilon = double.NaN } },
        { "RhoSource is -1", () => Good with { RhoSource = -1 } },
        { "RhoTarget is NaN", () => Good with { RhoTarget = double.NaN } },
        { "the source's mass is 2 and the target's 1", () => Good with { RhoSource = double.PositiveInfinity, RhoTarget = double.PositiveInfinity, SourceWeights = [1, 1] } },
        { "Reference is 7", () => Good with { Reference = (TransportReference)7 } },
        { "Geometry is null", () => Good with { Geometry = null! } },
        { "source point 1 and target point 2 is not finite", () => Good with { Geometry = TransportGeometry.FromCosts(new double[] { 0, 0, 0, 0, 0, double.NaN }, 2, 3) } },
        { "target point 1 has a coordinate that is not finite", () => Good with { Geometry = TransportGeometry.Euclidean(Pair(1, 2, 3, 4), Pair(1, 2, float.PositiveInfinity, 4)) } },
        { "source point 0 has the norm 0", () => Good with { Geometry = TransportGeometry.Cosine(Pair(0, 0, 3, 4), Pair(1, 2, 3, 4)) } },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(BadProblems))]
    public void A_bad_problem_is_one_message(string expected, Func<TransportProblem> problem) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => UnbalancedTransport.Solve(problem())).Message, StringComparison.Ordinal);

    [Fact]
    public void All_faults_are_in_one_message()
    {
        string message = Assert.Throws<ArgumentException>(() => UnbalancedTransport.Solve(Good with { Epsilon = -1, RhoSource = -2, SourceWeights = [1] })).Message;
        Assert.Contains("3 faults", message, StringComparison.Ordinal);
        message = Assert.Throws<ArgumentException>(() => UnbalancedTransport.Solve(Good, new TransportOptions
        {
            Tolerance = 0,
            MaxIterations = 0,
            AndersonMemory = 99,
            Precision = (TransportPrecision)9,
            Storage = (TransportStorage)9,
            MemoryBudget = -1,
            Threads = -1,
            GpuDeviceId = -1,
        })).Message;
        Assert.Contains("8 faults", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Points_and_geometries_that_do_not_fit_are_refused()
    {
        Assert.Contains("not rows of 2", Assert.Throws<ArgumentException>(() => TransportPoints.From(new float[3], 2)).Message, StringComparison.Ordinal);
        Assert.Contains("not rows of 2", Assert.Throws<ArgumentException>(() => TransportPoints.From(Array.Empty<double>(), 2)).Message, StringComparison.Ordinal);
        Assert.Contains("width 0", Assert.Throws<ArgumentException>(() => TransportPoints.From(new float[3], 0)).Message, StringComparison.Ordinal);
        Assert.Contains("have 2 coordinates, the target points 1",
            Assert.Throws<ArgumentException>(() => TransportGeometry.Cosine(Pair(1, 2, 3, 4), TransportPoints.From(new float[3], 1))).Message, StringComparison.Ordinal);
        Assert.Contains("temperature is 0", Assert.Throws<ArgumentException>(() => TransportGeometry.Cosine(Pair(1, 2, 3, 4), Pair(1, 2, 3, 4), 0)).Message, StringComparison.Ordinal);
        Assert.Contains("scale is NaN", Assert.Throws<ArgumentException>(() => TransportGeometry.Euclidean(Pair(1, 2, 3, 4), Pair(1, 2, 3, 4), double.NaN)).Message, StringComparison.Ordinal);
        Assert.Contains("5 costs are not 2 rows of 3", Assert.Throws<ArgumentException>(() => TransportGeometry.FromCosts(new float[5], 2, 3)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Good.Geometry.Cost(2, 0));
    }

    [Fact]
    public void A_zero_norm_point_without_mass_is_no_trouble()
    {
        TransportResult result = UnbalancedTransport.Solve(Good with { Geometry = TransportGeometry.Cosine(Pair(0, 0, 3, 4), Pair(1, 2, 3, 4)), SourceWeights = [0, 1] });
        Assert.True(result.Converged);
        Assert.Equal(0, result.SourceMass[0]);
        Assert.True(result.SourceMass[1] > 0);
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        var problem = new TransportProblem { Geometry = TransportGeometry.SquaredEuclidean(Points(700, 20, 1), Points(300, 20, 2), 0.05) };
        foreach (TransportStorage storage in (TransportStorage[])[TransportStorage.Kernel, TransportStorage.Tiles])
        {
            TransportResult[] results = [.. new[] { 1, 2, 3, 7 }.Select(threads => UnbalancedTransport.Solve(
                problem, new TransportOptions { Threads = threads, Storage = storage, Precision = TransportPrecision.Single }))];
            Assert.All(results, result => Assert.Equal(results[0].SourceMass, result.SourceMass));
            Assert.All(results, result => Assert.Equal(results[0].TargetPotentials, result.TargetPotentials));
        }
    }

    [Fact]
    public void Memory_decides_between_a_kernel_and_tiles()
    {
        var problem = new TransportProblem { Geometry = TransportGeometry.SquaredEuclidean(Points(100, 4, 1), Points(64, 4, 2)) };
        Assert.Equal(TransportStorage.Kernel, UnbalancedTransport.Solve(problem, new TransportOptions { MemoryBudget = 100 * 64 * 8 }).Method.Storage);
        TransportMethod method = UnbalancedTransport.Solve(problem, new TransportOptions { MemoryBudget = (100 * 64 * 8) - 1 }).Method;
        Assert.Equal((TransportStorage.Tiles, 0), (method.Storage, method.KernelBuilds));
    }

    [Fact]
    public void A_large_kernel_is_kept_only_by_a_solve_that_takes_many_passes()
    {
        TransportProblem problem = new() { Geometry = TransportGeometry.SquaredEuclidean(Points(4200, 4, 1), Points(2100, 4, 2)), Epsilon = 1 };
        TransportResult quick = UnbalancedTransport.Solve(problem, new TransportOptions { Precision = TransportPrecision.Single });
        Assert.Equal((TransportStorage.Tiles, 0), (quick.Method.Storage, quick.Method.KernelBuilds));

        TransportProblem hard = problem with { Epsilon = 0.02 };
        TransportResult slow = UnbalancedTransport.Solve(hard, new TransportOptions { Precision = TransportPrecision.Single });
        TransportResult tiles = UnbalancedTransport.Solve(hard, new TransportOptions { Precision = TransportPrecision.Single, Storage = TransportStorage.Tiles });
        Assert.True(quick.Iterations <= 8 && slow.Iterations > 8, $"{quick.Iterations}, {slow.Iterations}");
        Assert.Equal(TransportStorage.Kernel, slow.Method.Storage);
        Assert.Equal(tiles.Objective, slow.Objective, 1e-5 * Math.Abs(tiles.Objective));
    }

    [Fact]
    public void Progress_is_told_and_cancellation_obeyed()
    {
        var problem = new TransportProblem { Geometry = TransportGeometry.SquaredEuclidean(Points(100, 4, 1), Points(64, 4, 2)), Epsilon = 0.001 };
        var seen = new List<TransportProgress>();
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => UnbalancedTransport.Solve(problem, new TransportOptions
        {
            CancellationToken = source.Token,
            Progress = new Listener(progress =>
            {
                seen.Add(progress);
                if (progress.Iteration == 3)
                    source.Cancel();
            }),
        }));
        Assert.Equal([1, 2, 3], seen.Select(progress => progress.Iteration));
    }

    [Fact]
    public void An_unfinished_solve_says_so()
    {
        var problem = new TransportProblem { Geometry = TransportGeometry.SquaredEuclidean(Points(100, 4, 1), Points(64, 4, 2)), Epsilon = 0.001 };
        TransportResult result = UnbalancedTransport.Solve(problem, new TransportOptions { MaxIterations = 2 });
        Assert.Equal((false, 2, 2, TransportStopReason.IterationsDone), (result.Converged, result.Iterations, result.Errors.Count, result.StopReason));
        Assert.True(result.DualityGap > 0);
    }

    [Fact]
    public void A_tolerance_below_the_precision_ends_with_that_reason()
    {
        var problem = new TransportProblem { Geometry = TransportGeometry.SquaredEuclidean(Points(100, 4, 1), Points(64, 4, 2)), Epsilon = 0.05 };
        TransportResult result = UnbalancedTransport.Solve(
            problem, new TransportOptions { Tolerance = 1e-15, Precision = TransportPrecision.Single, Storage = TransportStorage.Tiles });
        Assert.Equal((true, TransportStopReason.PrecisionReached), (result.Converged, result.StopReason));
        Assert.InRange(result.Errors.Min(), 0, 1e-4);
    }

    [Fact]
    public void The_barycentric_projection_is_the_plans_mean_of_target_points()
    {
        TransportPoints source = Pair(1, 2, 3, 4), target = TransportPoints.From(new float[] { 1, 2, 2, 2, 5, 0 }, 2);
        TransportResult result = UnbalancedTransport.Solve(new TransportProblem { Geometry = TransportGeometry.Euclidean(source, target) });
        double[] row = result.PlanRow(1), projection = result.BarycentricProjection(1);
        Assert.Equal((row[0] + (2 * row[1]) + (5 * row[2])) / row.Sum(), projection[0], 1e-12);
        Assert.Equal(((2 * row[0]) + (2 * row[1])) / row.Sum(), projection[1], 1e-12);
        Assert.Contains("given cost matrix", Assert.Throws<InvalidOperationException>(() => UnbalancedTransport.Solve(Good).BarycentricProjection(0)).Message, StringComparison.Ordinal);
    }

    private static TransportPoints Pair(params float[] values) => TransportPoints.From(values, 2);

    private sealed class Listener(Action<TransportProgress> action) : IProgress<TransportProgress>
    {
        public void Report(TransportProgress value) => action(value);
    }
}
