using CsCheck;
using static MLExtensions.Trainers.Tests.Transport.TransportGen;

namespace MLExtensions.Trainers.Tests.Transport;

/// <summary>What holds for every transport problem.</summary>
public sealed class TransportPropertyTests
{
    private const int Few = 60;

    [Fact]
    public void At_the_solution_the_first_order_conditions_hold_for_every_pair() => Problem.Sample(
        problem =>
        {
            TransportResult result = Solve(problem);
            for (int i = 0; i < result.SourceMass.Count; i++)
                for (int j = 0; j < result.TargetMass.Count; j++)
                {
                    double reference = problem.Reference == TransportReference.Ones ? 1 : problem.SourceWeights![i] * problem.TargetWeights![j];
                    double residual = (problem.Epsilon * Math.Log(result.PlanEntry(i, j) / reference)) + problem.Geometry.Cost(i, j)
                        + (problem.RhoSource * Math.Log(result.SourceMass[i] / problem.SourceWeights![i]))
                        + (problem.RhoTarget * Math.Log(result.TargetMass[j] / problem.TargetWeights![j]));
                    Assert.Equal(0, residual, 1e-7);
                }
        },
        iter: Few);

    [Fact]
    public void Masses_are_the_plans_sums_and_the_objective_is_the_formula() => Problem.Sample(
        problem =>
        {
            TransportResult result = Solve(problem);
            double[][] plan = [.. Enumerable.Range(0, result.SourceMass.Count).Select(result.PlanRow)];
            AssertClose([.. plan.Select(row => row.Sum())], result.SourceMass, 1e-10);
            AssertClose([.. Enumerable.Range(0, result.TargetMass.Count).Select(j => plan.Sum(row => row[j]))], result.TargetMass, 1e-10);
            AssertClose(result.PlanColumn(0), [.. plan.Select(row => row[0])], 1e-15);
            double objective = (problem.RhoSource * Divergence(result.SourceMass, problem.SourceWeights!)) + (problem.RhoTarget * Divergence(result.TargetMass, problem.TargetWeights!));
            for (int i = 0; i < plan.Length; i++)
                for (int j = 0; j < plan[i].Length; j++)
                {
                    double reference = problem.Reference == TransportReference.Ones ? 1 : problem.SourceWeights![i] * problem.TargetWeights![j];
                    objective += (plan[i][j] * problem.Geometry.Cost(i, j)) + (problem.Epsilon * Divergence([plan[i][j]], [reference]));
                }

            Assert.Equal(objective, result.Objective, 1e-10 * (1 + Math.Abs(objective)));
            Assert.Equal(result.Objective, result.DualValue, 1e-9 * (1 + Math.Abs(objective)));
        },
        iter: Few);

    [Fact]
    public void Any_change_of_the_plan_raises_the_objective() => Gen.Select(Problem, Gen.Double[-0.3, 0.3].Array[144]).Sample(
        (problem, changes) =>
        {
            TransportResult result = Solve(problem);
            int n = result.SourceMass.Count, m = result.TargetMass.Count;
            var rows = new double[n];
            var columns = new double[m];
            double objective = 0;
            for (int i = 0; i < n; i++)
                for (int j = 0; j < m; j++)
                {
                    double entry = result.PlanEntry(i, j) * (1 + changes[(i * m) + j]);
                    double reference = problem.Reference == TransportReference.Ones ? 1 : problem.SourceWeights![i] * problem.TargetWeights![j];
                    objective += (entry * problem.Geometry.Cost(i, j)) + (problem.Epsilon * Divergence([entry], [reference]));
                    rows[i] += entry;
                    columns[j] += entry;
                }

            objective += (problem.RhoSource * Divergence(rows, problem.SourceWeights!)) + (problem.RhoTarget * Divergence(columns, problem.TargetWeights!));
            Assert.True(objective >= result.Objective - (1e-10 * (1 + Math.Abs(objective))), $"{objective:R} below {result.Objective:R}");
        },
        iter: Few);

    [Fact]
    public void The_gap_is_never_negative_and_shrinks_with_every_plain_iteration() => Gen.Select(Problem, Gen.Bool).Sample(
        (problem, translation) =>
        {
            double last = double.PositiveInfinity, dual = double.NegativeInfinity;
            for (int iterations = 1; iterations <= 6; iterations++)
            {
                TransportResult result = UnbalancedTransport.Solve(problem, new TransportOptions
                {
                    MaxIterations = iterations,
                    Tolerance = 1e-300,
                    AndersonMemory = 0,
                    TranslationStep = translation,
                    Precision = TransportPrecision.Double,
                    Threads = 1,
                });
                double scale = 1e-12 * (1 + Math.Abs(result.Objective));
                Assert.InRange(result.DualityGap, 0, last + scale);
                Assert.Equal(result.Objective - result.DualValue, result.DualityGap, scale);
                Assert.True(result.DualValue >= dual - scale, $"dual {result.DualValue:R} after {dual:R}");
                (last, dual) = (result.DualityGap, result.DualValue);
            }
        },
        iter: Few);

    [Fact]
    public void The_plan_follows_a_permutation_of_the_points() => Gen.Select(Problem, Gen.Int[0, 1_000_000]).Sample(
        (problem, seed) =>
        {
            int n = problem.Geometry.SourceCount, m = problem.Geometry.TargetCount;
            var random = new Random(seed);
            int[] rows = [.. Enumerable.Range(0, n)], columns = [.. Enumerable.Range(0, m)];
            random.Shuffle(rows);
            random.Shuffle(columns);
            double[] costs = [.. from i in rows from j in columns select problem.Geometry.Cost(i, j)];
            TransportResult permuted = Solve(problem with
            {
                Geometry = TransportGeometry.FromCosts(costs, n, m),
                SourceWeights = [.. rows.Select(i => problem.SourceWeights![i])],
                TargetWeights = [.. columns.Select(j => problem.TargetWeights![j])],
            });
            TransportResult result = Solve(problem);
            AssertClose([.. rows.Select(i => result.SourceMass[i])], permuted.SourceMass, 1e-9);
            AssertClose([.. columns.Select(j => result.TargetMass[j])], permuted.TargetMass, 1e-9);
        },
        iter: Few);

    [Fact]
    public void Source_and_target_can_be_swapped() => Problem.Sample(
        problem =>
        {
            int n = problem.Geometry.SourceCount, m = problem.Geometry.TargetCount;
            double[] costs = [.. from j in Enumerable.Range(0, m) from i in Enumerable.Range(0, n) select problem.Geometry.Cost(i, j)];
            TransportResult swapped = Solve(problem with
            {
                Geometry = TransportGeometry.FromCosts(costs, m, n),
                SourceWeights = problem.TargetWeights,
                TargetWeights = problem.SourceWeights,
                RhoSource = problem.RhoTarget,
                RhoTarget = problem.RhoSource,
            });
            TransportResult result = Solve(problem);
            AssertClose(result.SourceMass, swapped.TargetMass, 1e-9);
            Assert.Equal(result.Objective, swapped.Objective, 1e-9 * (1 + Math.Abs(result.Objective)));
        },
        iter: Few);

    [Fact]
    public void Costs_epsilon_and_rho_in_another_unit_give_the_same_plan() => Gen.Select(Problem, Gen.Double[0.01, 100]).Sample(
        (problem, unit) =>
        {
            double[] costs = [.. Costs(problem.Geometry).Select(cost => unit * cost)];
            TransportResult scaled = Solve(problem with
            {
                Geometry = TransportGeometry.FromCosts(costs, problem.Geometry.SourceCount, problem.Geometry.TargetCount),
                Epsilon = unit * problem.Epsilon,
                RhoSource = unit * problem.RhoSource,
                RhoTarget = unit * problem.RhoTarget,
            });
            TransportResult result = Solve(problem);
            AssertClose(result.SourceMass, scaled.SourceMass, 1e-9);
            Assert.Equal(result.Objective * unit, scaled.Objective, 1e-9 * unit * (1 + Math.Abs(result.Objective)));
        },
        iter: Few);

    [Fact]
    public void A_point_whose_costs_all_fall_does_not_send_less() => Gen.Select(Problem, Gen.Double[0.01, 1]).Sample(
        (problem, less) =>
        {
            int m = problem.Geometry.TargetCount;
            double[] costs = Costs(problem.Geometry);
            for (int j = 0; j < m; j++)
                costs[j] -= less;
            TransportResult cheaper = Solve(problem with { Geometry = TransportGeometry.FromCosts(costs, problem.Geometry.SourceCount, m) });
            Assert.True(cheaper.SourceMass[0] >= Solve(problem).SourceMass[0] * (1 - 1e-9));
        },
        iter: Few);

    [Fact]
    public void Points_of_mass_0_change_nothing_for_the_others() => Gen.Select(Problem, Gen.Int[0, 12], Gen.Int[0, 12]).Sample(
        (problem, row, column) =>
        {
            int n = problem.Geometry.SourceCount, m = problem.Geometry.TargetCount;
            (row, column) = (Math.Min(row, n), Math.Min(column, m));
            double[] costs = [.. from i in Enumerable.Range(0, n + 1) from j in Enumerable.Range(0, m + 1)
                select i == row || j == column ? 0 : problem.Geometry.Cost(i < row ? i : i - 1, j < column ? j : j - 1)];
            List<double> a = [.. problem.SourceWeights!], b = [.. problem.TargetWeights!];
            a.Insert(row, 0);
            b.Insert(column, 0);
            TransportResult more = Solve(problem with { Geometry = TransportGeometry.FromCosts(costs, n + 1, m + 1), SourceWeights = a, TargetWeights = b });
            TransportResult result = Solve(problem);
            Assert.Equal(0, more.SourceMass[row]);
            Assert.Equal(double.NegativeInfinity, more.TargetPotentials[column]);
            Assert.All(more.PlanRow(row), entry => Assert.Equal(0, entry));
            AssertClose(result.SourceMass, [.. more.SourceMass.Where((_, i) => i != row)], 1e-9);
            Assert.Equal(result.Objective, more.Objective, 1e-9 * (1 + Math.Abs(result.Objective)));
        },
        iter: Few);

    [Fact]
    public void Tiles_a_kept_kernel_threads_and_precision_agree() => PointProblem.Sample(
        problem =>
        {
            TransportResult exact = Solve(problem);
            foreach (TransportPrecision precision in (TransportPrecision[])[TransportPrecision.Single, TransportPrecision.Mixed, TransportPrecision.Double])
            {
                double tolerance = precision == TransportPrecision.Single ? 2e-4 : precision == TransportPrecision.Mixed ? 2e-5 : 1e-8;
                TransportResult kernel = UnbalancedTransport.Solve(problem, new TransportOptions { Precision = precision, Storage = TransportStorage.Kernel, Threads = 1, Tolerance = 1e-9 });
                TransportResult tiles = UnbalancedTransport.Solve(problem, new TransportOptions { Precision = precision, Storage = TransportStorage.Tiles, Threads = 2, Tolerance = 1e-9 });
                AssertClose(exact.SourceMass, kernel.SourceMass, tolerance);
                AssertClose(exact.TargetMass, tiles.TargetMass, tolerance);
                Assert.Equal(exact.Objective, kernel.Objective, tolerance * (0.01 + exact.Objective));
                Assert.Equal(exact.Objective, tiles.Objective, tolerance * (0.01 + exact.Objective));
                Assert.Equal((TransportStorage.Kernel, TransportStorage.Tiles), (kernel.Method.Storage, tiles.Method.Storage));
            }
        },
        iter: 40);

    [Fact]
    public void Points_give_the_plan_of_their_cost_matrix() => PointProblem.Sample(
        problem =>
        {
            TransportGeometry geometry = problem.Geometry;
            TransportResult given = Solve(problem with { Geometry = TransportGeometry.FromCosts(Costs(geometry), geometry.SourceCount, geometry.TargetCount) });
            TransportResult result = Solve(problem);
            AssertClose(given.SourceMass, result.SourceMass, 1e-7);
            AssertClose(given.TargetPotentials, result.TargetPotentials, 1e-7);
        },
        iter: 40);

    private static double Divergence(IReadOnlyList<double> x, IReadOnlyList<double> y) =>
        x.Zip(y, (p, q) => (p == 0 ? 0 : p * Math.Log(p / q)) - p + q).Sum();
}
