using System.Diagnostics;
using System.Runtime.Intrinsics;
using MLExtensions.Trainers.Transport;

namespace MLExtensions;

/// <summary>Solves entropic unbalanced transport on the CPU, with all cores and vectors.</summary>
public static class UnbalancedTransport
{
    private const long SmallProblem = 4L << 20;  // pairs
    private const double FineTolerance = 1e-7;

    /// <summary>Finds the plan of a problem, by the scaling iteration with translation steps and Anderson acceleration.</summary>
    /// <param name="problem">What to solve.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>The plan's potentials and masses, and the evidence that they are right.</returns>
    /// <exception cref="ArgumentException">The problem or the options have faults; all are in the message.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TransportResult Solve(TransportProblem problem, TransportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(problem);
        options = (options ?? new TransportOptions()).Copy();
        OptionsFaults.Throw(nameof(TransportOptions), options.Check);
        OptionsFaults.Throw(nameof(TransportProblem), problem.Check);
        TransportGeometry geometry = problem.Geometry;
        var source = new MarginalSide(problem.SourceWeights, geometry.SourceCount, problem.RhoSource, problem.Epsilon, problem.Reference);
        var target = new MarginalSide(problem.TargetWeights, geometry.TargetCount, problem.RhoTarget, problem.Epsilon, problem.Reference);
        OptionsFaults.Throw(nameof(TransportProblem), faults => TransportPointsCheck.Check(geometry, source, target, faults));

        var solve = new Run(problem, options, source, target);
        if (options.Precision == TransportPrecision.Automatic)
            options.Precision = (long)source.Count * target.Count <= SmallProblem || options.Tolerance < FineTolerance
                ? TransportPrecision.Mixed
                : TransportPrecision.Single;
        if (options.Precision == TransportPrecision.Mixed && geometry.Kind == TransportCostKind.Matrix)
            options.Precision = TransportPrecision.Double;
        return options.Precision switch
        {
            TransportPrecision.Single => solve.With<float, float>(),
            TransportPrecision.Mixed => solve.With<float, double>(),
            _ => solve.With<double, double>(),
        };
    }

    private sealed record Run(TransportProblem Problem, TransportOptions Options, MarginalSide Source, MarginalSide Target)
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        public TransportResult With<TPoint, T>()
            where TPoint : unmanaged
            where T : unmanaged
        {
            var workers = new RowWorkers(Options.Threads, Options.CancellationToken);
            bool transposed = Source.Count < Target.Count; // fewer columns: less to add up, and longer stretches of whole rows in the cache
            var (rows, columns) = transposed ? (Target, Source) : (Source, Target);
            using TileSource<T> tiles = Problem.Geometry.Kind == TransportCostKind.Matrix
                ? new MatrixTiles<T>(Problem.Geometry, rows.Index, columns.Index, transposed, Problem.Epsilon)
                : new PointTiles<TPoint, T>(Problem.Geometry, rows.Index, columns.Index, transposed, Problem.Epsilon, workers);
            bool keep = Options.Storage == TransportStorage.Kernel
                || (Options.Storage == TransportStorage.Automatic && (long)rows.Count * tiles.PaddedColumns * System.Runtime.CompilerServices.Unsafe.SizeOf<T>() <= Options.MemoryBudget);
            using var solver = new ScalingSolver<T>(tiles, rows, columns, Options, workers, keep);
            solver.Solve();
            return Result(solver, transposed, keep, workers.Threads);
        }

        private TransportResult Result<T>(ScalingSolver<T> solver, bool transposed, bool keep, int threads)
            where T : unmanaged
        {
            var (rows, columns) = transposed ? (Target, Source) : (Source, Target);
            var plan = new PlanSummary(solver.State, rows, columns, solver.Lambda);
            double epsilon = Problem.Epsilon;
            double[] rowPotentials = rows.Expand(Array.ConvertAll(plan.RowPotentials, f => f * epsilon), double.NegativeInfinity);
            double[] columnPotentials = columns.Expand(Array.ConvertAll(plan.ColumnPotentials, g => g * epsilon), double.NegativeInfinity);
            double[] rowMass = rows.Expand(plan.RowMass, 0), columnMass = columns.Expand(plan.ColumnMass, 0);
            return new TransportResult
            {
                Problem = Problem,
                SourcePotentials = transposed ? columnPotentials : rowPotentials,
                TargetPotentials = transposed ? rowPotentials : columnPotentials,
                SourceMass = transposed ? columnMass : rowMass,
                TargetMass = transposed ? rowMass : columnMass,
                Mass = plan.Mass,
                Objective = epsilon * plan.Objective,
                DualValue = epsilon * plan.Dual,
                DualityGap = epsilon * plan.Gap,
                MarginalError = plan.MarginalError,
                Converged = solver.StopReason != TransportStopReason.IterationsDone,
                Iterations = solver.Errors.Count,
                Errors = solver.Errors,
                StopReason = solver.StopReason,
                Method = new TransportMethod
                {
                    Precision = Options.Precision,
                    Storage = keep ? TransportStorage.Kernel : TransportStorage.Tiles,
                    LogDomain = solver.NeedsLogDomain,
                    LogDomainPasses = solver.LogPasses,
                    KernelBuilds = solver.Builds,
                    Threads = threads,
                    VectorBits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128,
                },
                Elapsed = Stopwatch.GetElapsedTime(_start),
            };
        }
    }
}
