using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Tests.Regularization;
using MLExtensions.Trainers.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Optimizers;

/// <summary>AdamP and SGDP against their formulas in double precision, decay included.</summary>
public sealed class RadialProjectionTests
{
    private const double Rate = 0.05;

    public static TheoryData<string, Normalization, int> Cases
    {
        get
        {
            var data = new TheoryData<string, Normalization, int>();
            foreach (string rule in new[] { "adam", "sgd", "nesterov" })
                foreach (Normalization normalization in Enum.GetValues<Normalization>())
                    foreach (int threads in new[] { 1, 2 })
                        data.Add(rule, normalization, threads);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Steps_follow_the_formula(string name, Normalization normalization, int threads)
    {
        Device cpu = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(Architecture.Mlp([3], normalization: normalization), 5, 2, cpu);
        net.Initialize(seed: 1);
        Optimizer optimizer = name == "adam" ? Optimizer.AdamP(0.2, 0.1, 0.8, 0.95, 1e-3) : Optimizer.SgdP(0.2, 0.1, 0.8, name == "nesterov");
        using StepRule rule = optimizer.CreateRule(net.Parameters, threads);
        using TrainingHook decay = Assert.Single(RegularizerSet.CreateHooks(RegularizerSet.Of([], optimizer), net));
        ParameterLayout layout = net.Parameters.Layout;
        double[] w = Numbers.ToDoubles(net.Parameters.Values);
        var m = new double[w.Length];
        var v = new double[w.Length];

        for (int t = 1; t <= 6; t++)
        {
            float[] g = Numbers.Uniform(w.Length, t);
            FlatParameters.CopyFrom(net.Parameters.Gradients, g);
            rule.Step(Rate);
            decay.AfterStep(new StepContext(new FitContext(net, rule), null!, net.Parameters.Gradients, Rate, t - 1));
            Expect(name, layout, w, g, m, v, t);
        }

        double[] actual = Numbers.ToDoubles(net.Parameters.Values);
        for (int i = 0; i < w.Length; i++)
            Assert.Equal(w[i], actual[i], 3e-6);
    }

    [Fact]
    public void Without_normalisation_the_steps_are_those_of_the_plain_optimiser()
    {
        float[] Train(Optimizer optimizer)
        {
            using HookBench bench = new(Architecture.Mlp([5]), Regularizer.WeightDecay(0), optimizer: optimizer);
            for (int step = 0; step < 5; step++)
            {
                bench.Gradient();
                bench.Step(0.01, step);
            }

            return bench.Net.Parameters.ToArrays().Parameters;
        }

        Assert.Equal(Train(Optimizer.Adam()), Train(Optimizer.AdamP()));
        Assert.Equal(Train(Optimizer.Sgd()), Train(Optimizer.SgdP()));
    }

    [Fact]
    public void Norms_grow_more_slowly_than_under_the_plain_optimiser()
    {
        double Norm(Optimizer optimizer, double learningRate = 0.1)
        {
            float[] weights = Toy.Fit(Toy.Settings(10) with { Optimizer = optimizer, LearningRate = learningRate, Regularizers = [] }).Parameters;
            ParameterSlot slot = ParameterLayout.Of(Toy.Recipe, Toy.Width, 2)["layers.0.weight"];
            return weights.AsSpan(slot.Offset, slot.Length).ToArray().Sum(weight => (double)weight * weight);
        }

        double start = Norm(Optimizer.Sgd(), 1e-30), projected = Norm(Optimizer.SgdP()), plain = Norm(Optimizer.Sgd());
        Assert.InRange(projected - start, 0, 0.7 * (plain - start));
    }

    [Fact]
    public void Faults_are_named()
    {
        var faults = new List<string>();
        Optimizer.AdamP(-1, 2, beta1: 1).Check(faults);
        Optimizer.SgdP(double.NaN, -1, momentum: 1).Check(faults);

        Assert.Equal(6, faults.Count);
        Assert.All(faults[..3], fault => Assert.StartsWith("Optimizer.AdamP: ", fault, StringComparison.Ordinal));
        Assert.All(faults[3..], fault => Assert.StartsWith("Optimizer.SgdP: ", fault, StringComparison.Ordinal));
    }

    private static void Expect(string name, ParameterLayout layout, double[] w, float[] g, double[] m, double[] v, int t)
    {
        foreach (ParameterSlot slot in layout.Parameters)
        {
            int units = slot.ScaleInvariance == ScaleInvarianceKind.Rows ? slot.Shape[0] : 1;
            int width = slot.Length / units;
            double ratio = slot.ScaleInvariance == ScaleInvarianceKind.None ? 1 : 0.1;
            double decay = slot.Role != ParameterRole.Weight ? 1 : 1 - Rate * 0.2 * ratio / (name == "adam" ? 1 : 1 - 0.8);
            for (int unit = 0; unit < units; unit++)
            {
                int from = slot.Offset + unit * width;
                var u = new double[width];
                for (int i = 0; i < width; i++)
                    u[i] = Direction(name, t, g[from + i], ref m[from + i], ref v[from + i]);
                if (ratio != 1)
                {
                    double norm = Math.Sqrt(Enumerable.Range(from, width).Sum(i => w[i] * w[i])) + 1e-8;
                    double along = Enumerable.Range(0, width).Sum(i => w[from + i] / norm * u[i]);
                    for (int i = 0; i < width; i++)
                        u[i] -= w[from + i] / norm * along;
                }

                for (int i = 0; i < width; i++)
                    w[from + i] = (w[from + i] - Rate * u[i]) * decay;
            }
        }
    }

    private static double Direction(string name, int t, double g, ref double m, ref double v)
    {
        if (name == "adam")
        {
            m = 0.8 * m + 0.2 * g;
            v = 0.95 * v + 0.05 * g * g;
            return m / (1 - Math.Pow(0.8, t)) / (Math.Sqrt(v / (1 - Math.Pow(0.95, t))) + 1e-3);
        }

        m = 0.8 * m + g;
        return name == "nesterov" ? g + 0.8 * m : m;
    }
}
