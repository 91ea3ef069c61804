using MLExtensions.Trainers.Transport;
using static MLExtensions.Trainers.Tests.Transport.TransportGen;

namespace MLExtensions.Trainers.Tests.Transport;

/// <summary>Closed forms, limits and worked examples.</summary>
public sealed class TransportLimitTests
{
    private static readonly TransportPoints ToySource = TransportPoints.From(new double[] { 1, 0, 0, 2, -3, 0 }, 2);
    private static readonly TransportPoints ToyTarget = TransportPoints.From(new double[] { 2, 0, 1, 1 }, 2);

    [Fact]
    public void One_pair_has_a_closed_form()
    {
        TransportResult result = Solve(new TransportProblem
        {
            Geometry = TransportGeometry.FromCosts(new[] { 0.5 }, 1, 1),
            SourceWeights = [2],
            TargetWeights = [3],
            Epsilon = 1,
            RhoSource = 1,
            RhoTarget = 100,
            Reference = TransportReference.Ones,
        });
        Assert.Equal(Math.Exp((Math.Log(2) + (100 * Math.Log(3)) - 0.5) / 102), result.Mass, 1e-12);
        Assert.Equal(2.9416318284, result.Mass, 1e-10);
    }

    [Fact]
    public void A_constant_cost_has_a_closed_form()
    {
        var costs = new double[1000 * 200];
        Array.Fill(costs, 5);
        TransportResult result = Solve(Official(TransportGeometry.FromCosts(costs, 1000, 200)));
        Assert.Equal(0.001035083692938, result.PlanEntry(17, 3), 1e-14);
        Assert.Equal(0.001035083692938 * 200_000, result.Mass, 1e-9);
    }

    [Fact]
    public void The_worked_example_of_the_class_selection_comes_out()
    {
        TransportResult result = Solve(Official(TransportGeometry.Cosine(ToySource, ToyTarget)));
        AssertClose([0, 2.92893219, 10, 2.92893219, 20, 17.07106781], Costs(result.Problem.Geometry), 1e-9);
        AssertClose([0.99714896, 0.32428142, 0.00009138, 0.65456513, 0.00000486, 0.00055355], [.. result.PlanRow(0), .. result.PlanRow(1), .. result.PlanRow(2)], 1e-8);
        AssertClose([1.32143038, 0.65465651, 0.00055841], result.SourceMass, 1e-8);
        AssertClose([0.9972452, 0.9794001], result.TargetMass, 1e-7);
    }

    [Fact]
    public void A_free_source_and_an_exact_target_give_a_softmax_over_sources()
    {
        TransportResult result = Solve(Official(TransportGeometry.Cosine(ToySource, ToyTarget)) with { RhoSource = 0, RhoTarget = double.PositiveInfinity });
        AssertClose([0.49999982, 0.49999982, 0.00000036], result.PlanColumn(1), 1e-7);
        AssertClose([1, 1], result.TargetMass, 1e-12);
    }

    [Fact]
    public void Two_exact_sides_of_equal_mass_give_balanced_transport()
    {
        TransportResult result = Solve(Official(TransportGeometry.Cosine(ToySource, ToyTarget)) with
        {
            RhoSource = double.PositiveInfinity,
            RhoTarget = double.PositiveInfinity,
            SourceWeights = [1 / 3.0, 1 / 3.0, 1 / 3.0],
            TargetWeights = [0.5, 0.5],
        });
        AssertClose([.3323373, .00099604, .00497402, .32835932, .16268868, .17064465], [.. result.PlanRow(0), .. result.PlanRow(1), .. result.PlanRow(2)], 1e-7);
        Assert.InRange(result.MarginalError, 0, 1e-12);
    }

    [Fact]
    public void Two_free_sides_leave_the_reference_times_the_kernel()
    {
        TransportResult result = Solve(Official(TransportGeometry.Cosine(ToySource, ToyTarget)) with { RhoSource = 0, RhoTarget = 0 });
        Assert.Equal(Math.Exp(-2.92893219), result.PlanEntry(1, 1), 1e-9);
        Assert.Equal(0, result.DualityGap);
    }

    [Fact]
    public void A_huge_rho_tends_to_the_exact_side()
    {
        TransportProblem problem = Official(TransportGeometry.Cosine(ToySource, ToyTarget));
        AssertClose(Solve(problem with { RhoTarget = double.PositiveInfinity }).SourceMass, Solve(problem with { RhoTarget = 1e9 }).SourceMass, 1e-7);
    }

    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(0.2, 50.0)]
    [InlineData(5.0, double.PositiveInfinity)]
    public void The_translation_step_is_the_best_of_all_translations(double rhoSource, double rhoTarget)
    {
        const double A = 2.5, B = 0.3;
        double Dual(double lambda) => (rhoSource * (1 - (A * Math.Exp(-lambda / rhoSource))))
            - (double.IsInfinity(rhoTarget) ? B * lambda : rhoTarget * B * Math.Exp(lambda / rhoTarget));
        double best = TranslationStep.Best(A, rhoSource, B, rhoTarget);
        foreach (double other in (double[])[-3, -1e-3, 0, 1e-3, 3])
            Assert.True(Dual(best) >= Dual(best + other) - 1e-15, $"{other}");
        Assert.NotEqual(0, best);
    }

    [Fact]
    public void Without_something_to_move_the_translation_step_is_0()
    {
        Assert.Equal(0, TranslationStep.Best(1, double.PositiveInfinity, 2, double.PositiveInfinity));
        Assert.Equal(0, TranslationStep.Best(1, 0, 2, 1));
    }

    [Fact]
    public void Translation_and_Anderson_find_the_same_plan_in_far_fewer_iterations()
    {
        var problem = new TransportProblem
        {
            Geometry = TransportGeometry.SquaredEuclidean(Points(200, 16, 1), Points(100, 16, 2), 1.0 / 16),
            Epsilon = 0.05,
            RhoSource = 10,
            RhoTarget = 100,
        };
        TransportResult With(bool translation, int memory) => UnbalancedTransport.Solve(
            problem, new TransportOptions { TranslationStep = translation, AndersonMemory = memory, Precision = TransportPrecision.Double, Tolerance = 1e-9, MaxIterations = 100_000 });
        TransportResult plain = With(false, 0), translated = With(true, 0), both = With(true, 6);
        AssertClose(plain.SourceMass, translated.SourceMass, 1e-5);
        AssertClose(translated.SourceMass, both.SourceMass, 1e-8);
        Assert.True(plain.Iterations > 20 * translated.Iterations, $"{plain.Iterations} and {translated.Iterations}");
        Assert.True(both.Iterations < translated.Iterations, $"{translated.Iterations} and {both.Iterations}");
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.002)]
    [InlineData(0.0002)]
    public void Costs_far_beyond_the_exponents_range_are_no_trouble_in_float32(double epsilon)
    {
        TransportPoints source = Points(120, 8, 3), target = Points(80, 8, 4);
        var problem = new TransportProblem { Geometry = TransportGeometry.SquaredEuclidean(source, target, 1), Epsilon = epsilon };
        TransportResult exact = Solve(problem, 1e-9);
        TransportResult kernel = UnbalancedTransport.Solve(problem, new TransportOptions { Precision = TransportPrecision.Single, Storage = TransportStorage.Kernel });
        TransportResult tiles = UnbalancedTransport.Solve(problem, new TransportOptions { Precision = TransportPrecision.Single, Storage = TransportStorage.Tiles });
        Assert.True(exact.Converged && kernel.Converged && tiles.Converged);
        Assert.True(kernel.Method.LogDomain && kernel.Method.LogDomainPasses > 0);
        double tolerance = 1e-5 + (1e-5 / epsilon);
        AssertClose(exact.SourceMass, kernel.SourceMass, tolerance);
        AssertClose(exact.TargetMass, tiles.TargetMass, tolerance);
    }

    private static TransportProblem Official(TransportGeometry geometry) => new()
    {
        Geometry = geometry,
        SourceWeights = [.. Enumerable.Repeat(1.0, geometry.SourceCount)],
        TargetWeights = [.. Enumerable.Repeat(1.0, geometry.TargetCount)],
        Epsilon = 1,
        RhoSource = 1,
        RhoTarget = 100,
        Reference = TransportReference.Ones,
    };
}
