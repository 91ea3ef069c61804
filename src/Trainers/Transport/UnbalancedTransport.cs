using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MLExtensions.Trainers.Transport;

namespace MLExtensions;

/// <summary>Solves entropic unbalanced transport: on the CPU with all cores and vectors, or with torch on a CUDA device.</summary>
public static class UnbalancedTransport
{
    private const long SmallProblem = 4L << 20;  // pairs
    private const double FineTolerance = 1e-7;
    private const long SmallKernel = 32L << 20;  // bytes
    private const int PassesByTiles = 8;         // about what the first touch of a large kernel's memory costs

    /// <summary>Finds the plan of a problem, by the scaling iteration with translation steps and Anderson acceleration.</summary>
    /// <param name="problem">What to solve.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>The plan's potentials and masses, and the evidence that they are right.</returns>
    /// <exception cref="ArgumentException">The problem or the options have faults; all are in the message.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The CUDA device is missing.</exception>
    public static TransportResult Solve(TransportProblem problem, TransportOptions? options = null) => Solve(problem, options, torch: null);

    /// <summary>The same with torch on a given device.</summary>
    internal static TransportResult Solve(TransportProblem problem, TransportOptions? options, TorchTarget? torch)
    {
        ArgumentNullException.ThrowIfNull(problem);
        options = (options ?? new TransportOptions()).Copy();
        OptionsFaults.Throw(nameof(TransportOptions), options.Check);
        OptionsFaults.Throw(nameof(TransportProblem), problem.Check);
        TransportGeometry geometry = problem.Geometry;
        var source = new MarginalSide(problem.SourceWeights, geometry.SourceCount, problem.RhoSource, problem.Epsilon, problem.Reference);
        var target = new MarginalSide(problem.TargetWeights, geometry.TargetCount, problem.RhoTarget, problem.Epsilon, problem.Reference);
        OptionsFaults.Throw(nameof(TransportProblem), faults => TransportPointsCheck.Check(geometry, source, target, faults));

        if (options.Precision == TransportPrecision.Automatic)
            options.Precision = (long)source.Count * target.Count <= SmallProblem || options.Tolerance < FineTolerance
                ? TransportPrecision.Mixed
                : TransportPrecision.Single;
        if (options.Precision == TransportPrecision.Mixed && geometry.Kind == TransportCostKind.Matrix)
            options.Precision = TransportPrecision.Double;
        if (options.GpuDeviceId is { } gpu)
            torch ??= TorchTarget.Find(gpu);
        if (torch is not null)
            options.Storage = TransportStorage.Tiles;
        return new Run(problem, options, source, target, torch).Solve();
    }

    private sealed record Run(TransportProblem Problem, TransportOptions Options, MarginalSide Source, MarginalSide Target, TorchTarget? Torch)
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly RowWorkers _workers = new(Options.Threads, Options.CancellationToken);

        /// <summary>Rows are the side with more points: fewer columns to add up, and longer stretches of whole rows in the cache.</summary>
        private bool IsTransposed => Source.Count < Target.Count;

        private MarginalSide Rows => IsTransposed ? Target : Source;

        private MarginalSide Columns => IsTransposed ? Source : Target;

        public TransportResult Solve()
        {
            using TransportPass pass = Torch is not null ? Torch.CreatePass(Problem, Rows, Columns, IsTransposed, Options) : Options.Precision switch
            {
                TransportPrecision.Single => Managed<float, float>(),
                TransportPrecision.Mixed => Managed<float, double>(),
                _ => Managed<double, double>(),
            };
            var solver = new ScalingSolver(pass, Rows, Columns, Options);
            solver.Solve();
            return Result(solver, pass);
        }

        private ManagedPass<T> Managed<TPoint, T>()
            where TPoint : unmanaged
            where T : unmanaged
        {
            TileSource<T> tiles = Problem.Geometry.Kind == TransportCostKind.Matrix
                ? new MatrixTiles<T>(Problem.Geometry, Rows.Index, Columns.Index, IsTransposed, Problem.Epsilon)
                : new PointTiles<TPoint, T>(Problem.Geometry, Rows.Index, Columns.Index, IsTransposed, Problem.Epsilon, _workers);
            return new ManagedPass<T>(tiles, Rows, Columns, _workers, KeepFrom((long)Rows.Count * tiles.PaddedColumns * Unsafe.SizeOf<T>()));
        }

        /// <summary>The pass from which on the kernel is kept. New memory is dear: a large kernel is kept only when a solve takes more passes than that would have cost.</summary>
        private int KeepFrom(long kernelBytes) => Options.Storage switch
        {
            TransportStorage.Kernel => 0,
            TransportStorage.Automatic when kernelBytes <= Options.MemoryBudget => kernelBytes <= SmallKernel ? 0 : PassesByTiles,
            _ => int.MaxValue,
        };

        private TransportResult Result(ScalingSolver solver, TransportPass pass)
        {
            var plan = new PlanSummary(solver.State, Rows, Columns, solver.Lambda);
            double epsilon = Problem.Epsilon;
            double[] rowPotentials = Rows.Expand(Array.ConvertAll(plan.RowPotentials, f => f * epsilon), double.NegativeInfinity);
            double[] columnPotentials = Columns.Expand(Array.ConvertAll(plan.ColumnPotentials, g => g * epsilon), double.NegativeInfinity);
            double[] rowMass = Rows.Expand(plan.RowMass, 0), columnMass = Columns.Expand(plan.ColumnMass, 0);
            return new TransportResult
            {
                Problem = Problem,
                SourcePotentials = IsTransposed ? columnPotentials : rowPotentials,
                TargetPotentials = IsTransposed ? rowPotentials : columnPotentials,
                SourceMass = IsTransposed ? columnMass : rowMass,
                TargetMass = IsTransposed ? rowMass : columnMass,
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
                    Device = Torch is null ? "cpu" : Torch.Name,
                    Precision = Options.Precision,
                    Storage = pass.Builds > 0 ? TransportStorage.Kernel : TransportStorage.Tiles,
                    LogDomain = pass.NeedsLogDomain,
                    LogDomainPasses = pass.LogPasses,
                    KernelBuilds = pass.Builds,
                    Threads = _workers.Threads,
                    VectorBits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128,
                },
                Elapsed = Stopwatch.GetElapsedTime(_start),
            };
        }
    }
}
