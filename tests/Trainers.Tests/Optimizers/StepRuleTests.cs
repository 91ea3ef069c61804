using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Optimizers;

/// <summary>Both ways of stepping (one pass of SIMD code, torch operations) against the formulas in double precision.</summary>
public sealed class StepRuleTests
{
    public static TheoryData<string, int> Rules
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string rule in new[] { "sgd", "momentum", "nesterov", "adam" })
            {
                data.Add(rule, 1);
                data.Add(rule, 2);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Steps_follow_the_formula(string name, int threads)
    {
        Device device = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(Architecture.Mlp([3]), 3, 2, device); // 20 parameters: two full vectors and a tail
        net.Initialize(seed: 1);
        double[] w = Numbers.ToDoubles(net.Parameters.Values);
        var m = new double[w.Length];
        var v = new double[w.Length];
        using StepRule rule = Make(name).CreateRule(net.Parameters, threads);

        for (int t = 1; t <= 5; t++)
        {
            double[] g = Array.ConvertAll(Numbers.Uniform(w.Length, t), value => (double)value);
            FlatParameters.CopyFrom(net.Parameters.Gradients, Array.ConvertAll(g, value => (float)value));
            rule.Step(0.1);
            for (int i = 0; i < w.Length; i++)
                w[i] -= 0.1 * Direction(name, t, g[i], ref m[i], ref v[i]);
        }

        Assert.Equal(5, rule.Steps);
        double[] actual = Numbers.ToDoubles(net.Parameters.Values);
        for (int i = 0; i < w.Length; i++)
            Assert.Equal(w[i], actual[i], 1e-5);
    }

    [Fact]
    public void A_saved_rule_goes_on_with_the_same_bits()
    {
        Device device = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(Architecture.Mlp([3]), 3, 2, device);
        net.Initialize(seed: 1);
        using StepRule rule = Optimizer.Adam().CreateRule(net.Parameters, 1);
        FlatParameters.CopyFrom(net.Parameters.Gradients, Numbers.Uniform(20, 9));
        rule.Step(0.1);
        float[] before = net.Parameters.ToArrays().Parameters;
        using var memory = new MemoryStream();
        rule.Save(new BinaryWriter(memory));
        rule.Step(0.1);
        float[] expected = net.Parameters.ToArrays().Parameters;

        net.Parameters.Set(before, []);
        using StepRule restored = Optimizer.Adam().CreateRule(net.Parameters, 1);
        memory.Position = 0;
        restored.Load(new BinaryReader(memory));
        restored.Step(0.1);

        Assert.Equal(expected, net.Parameters.ToArrays().Parameters);
    }

    private static Optimizer Make(string name) => name switch
    {
        "sgd" => Optimizer.Sgd(momentum: 0, nesterov: false),
        "momentum" => Optimizer.Sgd(0.8, nesterov: false),
        "nesterov" => Optimizer.Sgd(0.8),
        _ => Optimizer.Adam(0.8, 0.95, 1e-3),
    };

    private static double Direction(string name, int t, double g, ref double m, ref double v)
    {
        switch (name)
        {
            case "sgd":
                return g;
            case "momentum":
                return m = 0.8 * m + g;
            case "nesterov":
                m = 0.8 * m + g;
                return g + 0.8 * m;
            default:
                m = 0.8 * m + 0.2 * g;
                v = 0.95 * v + 0.05 * g * g;
                return m / (1 - Math.Pow(0.8, t)) / (Math.Sqrt(v / (1 - Math.Pow(0.95, t))) + 1e-3);
        }
    }
}
