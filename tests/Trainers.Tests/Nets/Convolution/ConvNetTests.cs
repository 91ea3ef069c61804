using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nets.Convolution;

/// <summary>Steps and dropout of convolutional nets.</summary>
public sealed class ConvNetTests
{
    [Theory]
    [MemberData(nameof(ConvRecipes.All), MemberType = typeof(ConvRecipes))]
    public void A_step_leaves_no_tensor_behind(string name)
    {
        using var bench = new ConvBench(name);
        bench.Gradient();
        using DisposeScope scope = NewDisposeScope();

        using (Tensor outputs = bench.Net.Forward(bench.Features, training: true))
            bench.Net.Backward(ones_like(outputs));

        Assert.Equal(0, scope.DisposablesCount);
    }

    [Theory]
    [InlineData("mobilenet")]
    [InlineData("small deep")]
    public void Training_under_constant_collections_gives_the_same_bits(string name)
    {
        float[] expected = Train();
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            Assert.Equal(expected, Train());
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }

        float[] Train()
        {
            using var bench = new ConvBench(name);
            using StepRule rule = Optimizer.Sgd().CreateRule(bench.Net.Parameters, threads: 1);
            for (int i = 0; i < 30; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                bench.Net.Forward(bench.Features, training: true);
                bench.Net.Backward(Numbers.Tensor(CPU, i, ConvBench.Rows, ConvBench.Outputs));
                rule.Step(1e-3);
            }

            return Numbers.ToFloats(bench.Net.Parameters.Values);
        }
    }

    [Fact]
    public void Dropout_drops_its_share_keeps_the_mean_and_follows_seed_and_epoch()
    {
        using IDisposable threads = TorchThreads.Use(1);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var net = new ConvNet(Architecture.ConvNet([[1]], Normalization.None, dropout: 0.25), InputShape.Image(1, 80, 80), 1, TestDevices.Get("cpu"), Precision.Float32);
        var parameters = new float[net.Parameters.Layout.ParameterCount];
        Array.Fill(parameters, 1f, 0, net.Parameters.Layout.WeightCount); // the output counts the kept features
        parameters.AsSpan(0, 9).Clear();
        parameters[net.Parameters.Layout["stages.0.0.conv.bias"].Offset] = 1;
        net.Parameters.Set(parameters, []);
        Tensor x = ones(1, 6400);
        double Count(int epoch)
        {
            net.BeginEpoch(seed: 5, epoch);
            return net.Forward(x, training: true).item<float>();
        }

        double first = Count(0);

        Assert.InRange(first * 0.75, 1100, 1300); // of 1600 features 1200 are expected, deviation 17
        Assert.Equal(first, Count(0));
        Assert.NotEqual(first, Count(1));
        Assert.Equal(1600, net.Forward(x, training: false).item<float>());
    }
}
