using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Regularization;

/// <summary>How norms and angles of scale-invariant weights move under our own optimiser and hooks, against formulas and simulations.</summary>
public sealed class ScaleInvariantDynamicsTests
{
    private static readonly Architecture OneRow = Architecture.Mlp([1], normalization: Normalization.Batch);

    [Fact]
    public void Without_regularisation_the_norm_grows_as_simulated()
    {
        (double norm, _) = Simulate(Regularizer.WeightDecay(0), momentum: 0, dimension: 2, start: 1, steps: 10_000, measured: 1);

        Assert.Equal(201.0265, Math.Pow(norm, 4), 0.05); // 1 + 2 η² t = 201, and a little
    }

    [Fact]
    public void Weight_decay_balances_norm_and_turn_at_the_equilibrium()
    {
        // r⁴ = η / (λ (2 − η λ)) at η = 0.1, λ = 5e-4: r² = 10.000125
        (double norm, double turn) = Simulate(Regularizer.WeightDecay(5e-4), momentum: 0, dimension: 2, start: 3.1, steps: 40_000, measured: 100);

        Assert.Equal(10.000125, norm * norm, 2e-3);
        Assert.Equal(0.009999875, turn, 3e-6);
    }

    [Theory]
    [InlineData(0, 10.0025, 0.031624)]
    [InlineData(0.9, 100.16, 0.022942)]
    public void Under_random_gradients_and_momentum_too(double momentum, double fourthPower, double meanTurn)
    {
        (double norm, double turn) = Simulate(Regularizer.WeightDecay(5e-3), momentum, dimension: 2000, start: Math.Pow(fourthPower, 0.25), steps: 2500, measured: 1500);

        Assert.Equal(fourthPower, Math.Pow(norm, 4), 0.02 * fourthPower);
        Assert.Equal(meanTurn, turn, 0.01 * meanTurn);
    }

    [Fact]
    public void Rescaling_every_step_under_momentum_turns_as_simulated()
    {
        (double norm, double turn) = Simulate(Regularizer.WeightRescaling(), momentum: 0.9, dimension: 2000, start: 1, steps: 1000, measured: 500);

        Assert.Equal(1, norm, 1e-5);
        Assert.Equal(0.1315, turn, 0.002);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("decay")]
    [InlineData("rescaling")]
    public void What_lies_outside_the_span_of_the_inputs_only_a_regulariser_changes(string name)
    {
        const double Rate = 0.1, Decay = 0.05;
        Regularizer regularizer = name switch { "none" => Regularizer.WeightDecay(0), "decay" => Regularizer.WeightDecay(Decay), _ => Regularizer.WeightRescaling() };
        using HookBench bench = new(Architecture.Mlp([3], normalization: Normalization.Batch), regularizer, input: 5);
        using DisposeScope scope = NewDisposeScope();
        float[] basis = Numbers.Uniform(2 * 5, seed: 21);
        Tensor x = Numbers.Tensor(bench.Net.Parameters.Device, 22, 32, 2).matmul(tensor(basis).reshape(2, 5));
        bench.Hook.FitStart(bench.Fit, resumed: false);
        double[] start = Outside(Weights(bench), basis);
        double[] expected = [.. start];

        for (int step = 0; step < 50; step++)
        {
            bench.Net.Forward(x, training: true);
            bench.Net.Backward(Numbers.Tensor(bench.Net.Parameters.Device, 23, 32, 3).div_(tensor(320f)));
            float[] gradient = FlatParameters.ToArray(bench.Net.Parameters.Gradients);
            float[] before = Weights(bench);
            bench.Step(Rate, step);
            for (int row = 0; row < 3; row++)
                expected[row] *= name switch
                {
                    "none" => 1,
                    "decay" => 1 - Rate * Decay,
                    _ => 1 / Math.Sqrt(Enumerable.Range(row * 5, 5).Sum(i => Math.Pow(before[i] - Rate * gradient[i], 2))), // the norm just before rescaling
                };
        }

        double[] end = Outside(Weights(bench), basis);
        for (int row = 0; row < 3; row++)
        {
            Assert.Equal(expected[row], end[row], 1e-5);
            Assert.True(start[row] > 0.01);
            Assert.True(name == "none" || end[row] < start[row]);
        }
    }

    /// <summary>Gradients of size 1 / ‖w‖ at right angles to w, as those of a scale-invariant loss; returns mean norm and turn over the last steps.</summary>
    private static (double Norm, double Turn) Simulate(Regularizer regularizer, double momentum, int dimension, double start, int steps, int measured)
    {
        const double Rate = 0.1;
        using HookBench bench = new(OneRow, regularizer, input: dimension, optimizer: Optimizer.Sgd(momentum, nesterov: false));
        SeededRandom random = SeededRandom.Derive(7);
        var w = new float[dimension];
        w[0] = (float)start;
        bench.SetFirst(w, bench.Net.Parameters.Values);
        var gradient = new float[dimension];
        double norms = 0, turns = 0;
        for (int step = 0; step < steps; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            double square = Dot(w, w);
            Tangent(w, square, random, gradient);
            bench.SetFirst(gradient, bench.Net.Parameters.Gradients);
            bench.Step(Rate, step);
            float[] next = bench.Net.Parameters.ToArrays().Parameters[..dimension];
            if (step >= steps - measured)
            {
                norms += Math.Sqrt(Dot(next, next)) / measured;
                turns += Math.Acos(Math.Clamp(Dot(w, next) / Math.Sqrt(square * Dot(next, next)), -1, 1)) / measured;
            }

            w = next;
        }

        return (norms, turns);
    }

    private static void Tangent(float[] w, double square, SeededRandom random, float[] gradient)
    {
        if (w.Length == 2)
            (gradient[0], gradient[1]) = (w[1], -w[0]);
        else
            random.FillGaussian(gradient);
        double along = Dot(w, gradient) / square;
        for (int i = 0; i < w.Length; i++)
            gradient[i] -= (float)(along * w[i]);
        double factor = 1 / Math.Sqrt(Dot(gradient, gradient) * square);
        for (int i = 0; i < w.Length; i++)
            gradient[i] *= (float)factor;
    }

    private static float[] Weights(HookBench bench) => bench.Net.Parameters.ToArrays().Parameters[..15];

    // For each of three rows the size of what is orthogonal to both vectors of the basis.
    private static double[] Outside(float[] weights, float[] basis)
    {
        double[] a = Array.ConvertAll(basis[..5], value => (double)value), b = Array.ConvertAll(basis[5..], value => (double)value);
        double[] first = [.. a.Select(value => value / Math.Sqrt(a.Sum(v => v * v)))];
        double along = b.Zip(first, (x, y) => x * y).Sum();
        double[] rest = [.. b.Zip(first, (x, y) => x - along * y)];
        double[] second = [.. rest.Select(value => value / Math.Sqrt(rest.Sum(v => v * v)))];
        return [.. Enumerable.Range(0, 3).Select(row =>
        {
            double[] w = Array.ConvertAll(weights[(row * 5)..(row * 5 + 5)], value => (double)value);
            double u = w.Zip(first, (x, y) => x * y).Sum(), v = w.Zip(second, (x, y) => x * y).Sum();
            return Math.Sqrt(w.Select((value, i) => Math.Pow(value - u * first[i] - v * second[i], 2)).Sum());
        })];
    }

    private static double Dot(float[] a, float[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }
}
