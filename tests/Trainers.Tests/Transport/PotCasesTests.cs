using System.Text.Json;
using MLExtensions.Samples.Shared.Npy;

namespace MLExtensions.Trainers.Tests.Transport;

/// <summary>Plans, masses and objectives against those of an independent solver run to its fixed point (POT, or a log-domain solver where POT fails).</summary>
public sealed class PotCasesTests
{
    public static TheoryData<string> Cases => [
        "s01_2x2_doc_kl", "s02_2x2_doc_entropy", "s03_6x5_kl", "s04_6x5_entropy", "s05_6x5_unequal_mass", "s06_40x30_kl", "s07_40x30_asym_like_uot_paper",
        "s08_40x30_semi_balanced", "s09_40x30_small_reg_translation_invariant", "s10_40x30_tiny_reg_log_domain", "s11_40x30_zero_weights", "b02_40x30_balanced_sinkhorn"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_plan_is_the_golden_one_to_1e_9_in_float64(string name)
    {
        TransportResult result = Solve(name, TransportPrecision.Double, 1e-13, TransportStorage.Automatic);
        TestContext.Current.SendDiagnosticMessage($"{name}: {result.Iterations} iterations, {result.StopReason}, error {result.Errors[^1]:g3}, {result.Method}");
        Compare(name, result, 1e-9);
    }

    /// <summary>The bound of the docs: 2e-6 + 3e-7 · (largest less smallest cost) / ε, of the largest entry.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void In_float32_the_plan_is_right_within_the_stated_bound(string name)
    {
        foreach (TransportStorage storage in (TransportStorage[])[TransportStorage.Kernel, TransportStorage.Tiles])
        {
            TransportResult result = Solve(name, TransportPrecision.Single, 1e-7, storage);
            double[] costs = TransportGen.Costs(result.Problem.Geometry);
            Compare(name, result, 2e-6 + (3e-7 * (costs.Max() - costs.Min()) / result.Problem.Epsilon));
        }
    }

    private static void Compare(string name, TransportResult result, double tolerance)
    {
        double[] plan = TransportData.Matrix("pot_cases", name, "plan.npy").Values;
        double largest = plan.Max();
        int columns = result.TargetMass.Count;
        for (int i = 0; i < result.SourceMass.Count; i++)
        {
            double[] row = result.PlanRow(i);
            for (int j = 0; j < columns; j++)
                Assert.True(Math.Abs(row[j] - plan[(i * columns) + j]) <= tolerance * largest, $"({i}, {j}): {row[j]:R} instead of {plan[(i * columns) + j]:R}");
            Assert.Equal(row.Sum(), result.SourceMass[i], tolerance * largest * columns);
        }

        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(Path.Combine(TransportData.Folder, "pot_cases", name, "case.json")));
        Assert.Equal(file.RootElement.GetProperty("mass").GetDouble(), result.Mass, tolerance * result.Mass);
        if (file.RootElement.TryGetProperty("objective_generalised_kl", out JsonElement objective))
            Assert.Equal(objective.GetDouble(), result.Objective, tolerance * Math.Abs(result.Objective));
        Assert.True(result.DualityGap >= 0 && result.DualityGap <= tolerance * Math.Abs(result.Objective), $"gap {result.DualityGap}");
        Assert.Equal(result.Objective, result.DualValue, 10 * tolerance * Math.Abs(result.Objective));
    }

    private static TransportResult Solve(string name, TransportPrecision precision, double tolerance, TransportStorage storage)
    {
        NpyMatrix cost = TransportData.Matrix("pot_cases", name, "cost.npy");
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(Path.Combine(TransportData.Folder, "pot_cases", name, "case.json")));
        JsonElement root = file.RootElement;
        bool unbalanced = root.TryGetProperty("reg_m", out JsonElement rho);
        return UnbalancedTransport.Solve(
            new TransportProblem
            {
                Geometry = TransportGeometry.FromCosts(cost.Values, cost.Rows, cost.Columns),
                SourceWeights = TransportData.Matrix("pot_cases", name, "a.npy").Values,
                TargetWeights = TransportData.Matrix("pot_cases", name, "b.npy").Values,
                Epsilon = root.GetProperty("reg").GetDouble(),
                RhoSource = unbalanced ? Number(rho[0]) : double.PositiveInfinity,
                RhoTarget = unbalanced ? Number(rho[1]) : double.PositiveInfinity,
                Reference = unbalanced && root.GetProperty("reference").GetString() == "ones" ? TransportReference.Ones : TransportReference.Weights,
            },
            new TransportOptions { Precision = precision, Tolerance = tolerance, Storage = storage, MaxIterations = 200_000 });
    }

    private static double Number(JsonElement element) => element.ValueKind == JsonValueKind.String ? double.PositiveInfinity : element.GetDouble();
}
