using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nets.Convolution;

/// <summary>What holds for every convolutional recipe.</summary>
public sealed class ConvNetTests
{
    private const int Rows = 8;
    private const int Outputs = 3;

    [Theory]
    [MemberData(nameof(ConvRecipes.WithoutDropout), MemberType = typeof(ConvRecipes))]
    public void Outputs_flat_gradient_and_statistics_of_a_training_pass_are_those_of_the_description_in_float64(string name)
    {
        using var bench = new Bench(name);
        Tensor direction = Numbers.Tensor(CPU, 4, Rows, Outputs);
        (Tensor expected, DoubleLayers exact, _) = bench.Exact(training: true);
        using (enable_grad())
            expected.backward([direction.to(float64)]);

        Tensor outputs = bench.Net.Forward(bench.Features, training: true);
        bench.Net.Backward(direction.clone());

        AssertNear(expected.flatten().data<double>().ToArray(), Numbers.ToDoubles(outputs), 1e-3);
        AssertNear(exact.Gradient, Numbers.ToDoubles(bench.Net.Parameters.Gradients), 0.05); // a ReLU near 0 may take the other branch
        AssertNear(exact.Buffers, Numbers.ToDoubles(bench.Net.Parameters.Buffers), 1e-3);
    }

    [Theory]
    [MemberData(nameof(ConvRecipes.All), MemberType = typeof(ConvRecipes))]
    public void The_scorer_gives_what_the_net_gives_and_its_vectors_are_what_the_output_layer_sees(string name)
    {
        using var bench = new Bench(name);
        FittedNetwork fitted = bench.Fitted(Precision.Float32);
        float[] features = Numbers.ToFloats(bench.Features);
        var scores = new float[Rows * Outputs];
        IRowScorer embedder = fitted.CreateEmbedder();
        var vectors = new float[Rows * embedder.OutputWidth];

        fitted.Scorer.Score(features, Rows, scores);
        embedder.Score(features, Rows, vectors);

        AssertClose(Numbers.ToFloats(bench.Net.Forward(bench.Features, training: false)), scores, 1e-4);
        AssertClose(Numbers.ToFloats(bench.Net.Embed(bench.Features)), vectors, 1e-4);
    }

    [Theory]
    [MemberData(nameof(ConvRecipes.All), MemberType = typeof(ConvRecipes))]
    public void The_gradient_by_the_features_is_that_of_the_description_in_float64_and_leaves_a_training_pass_alone(string name)
    {
        using var bench = new Bench(name);
        Tensor direction = Numbers.Tensor(CPU, 4, Rows, Outputs);
        (Tensor expected, _, Tensor features) = bench.Exact(training: false);
        using (enable_grad())
            expected.backward([direction.to(float64)]);
        float[] gradients = Gradient(bench);
        bench.Net.Parameters.Set(Numbers.ToFloats(bench.Net.Parameters.Values), bench.Buffers);
        bench.Net.BeginEpoch(seed: 1, epoch: 0);
        bench.Net.Forward(bench.Features, training: true);
        bench.Net.Parameters.Set(Numbers.ToFloats(bench.Net.Parameters.Values), bench.Buffers);

        Tensor slope = bench.Net.InputGradient(bench.Features, _ => direction.clone());
        bench.Net.Backward(Numbers.Tensor(CPU, 4, Rows, Outputs));

        AssertNear(features.grad!.flatten().data<double>().ToArray(), Numbers.ToDoubles(slope), 0.05);
        Assert.Equal(gradients, Numbers.ToFloats(bench.Net.Parameters.Gradients));
    }

    [Theory]
    [InlineData("small")]
    [InlineData("small plain")]
    [InlineData("cifar resnet 8")]
    [InlineData("vgg 11")]
    public void In_bfloat16_scores_differ_by_its_rounding_and_gradients_point_the_same_way(string name)
    {
        using var exact = new Bench(name);
        using var rounded = new Bench(name, Precision.BFloat16);
        float[] features = Numbers.ToFloats(exact.Features);
        var scores = new float[Rows * Outputs];
        exact.Fitted(Precision.BFloat16).Scorer.Score(features, Rows, scores);

        float[] expected = Numbers.ToFloats(exact.Net.Forward(exact.Features, training: false));
        AssertClose(expected, scores, 0.25);
        AssertClose(expected, Numbers.ToFloats(rounded.Net.Forward(rounded.Features, training: false)), 0.25);
        Assert.NotEqual(expected, scores);
        Assert.InRange(Cosine(Gradient(exact), Gradient(rounded)), 0.5, 0.99999);
    }

    [Theory]
    [MemberData(nameof(ConvRecipes.All), MemberType = typeof(ConvRecipes))]
    public void A_step_leaves_no_tensor_behind(string name)
    {
        using var bench = new Bench(name);
        Gradient(bench);
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
            using var bench = new Bench(name);
            using StepRule rule = Optimizer.Sgd().CreateRule(bench.Net.Parameters, threads: 1);
            for (int i = 0; i < 30; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                bench.Net.Forward(bench.Features, training: true);
                bench.Net.Backward(Numbers.Tensor(CPU, i, Rows, Outputs));
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

    [Fact]
    public void The_scale_shift_invariant_penalty_takes_what_no_normalisation_follows_and_refuses_ReLU6()
    {
        using var plain = new Bench("vgg 11 plain");
        using var normalized = new Bench("cifar resnet 8 projection");
        using var mobile = new Bench("mobilenet");
        string[] Taken(Bench bench) => [.. bench.Net.Parameters.Layout.Parameters.Where(Regularizer.ScaleShiftInvariant().Claims).Select(slot => slot.Name)];

        Assert.Equal(plain.Net.Parameters.Layout.Parameters.Where(slot => slot.Role == ParameterRole.Weight).Select(slot => slot.Name), Taken(plain));
        Assert.Equal(["head.weight"], Taken(normalized));
        Assert.Contains("ReLU6", Assert.Throws<InvalidOperationException>(() => RegularizerSet.CreateHooks([Regularizer.ScaleShiftInvariant()], mobile.Net)).Message, StringComparison.Ordinal);
        Assert.NotEmpty(RegularizerSet.CreateHooks([Regularizer.ScaleShiftInvariant(allowApproximate: true)], mobile.Net));
    }

    [Fact]
    public void Residual_blocks_are_declared_with_their_weights()
    {
        using var bench = new Bench("cifar resnet 8 projection");

        IReadOnlyList<ResidualBlock> blocks = bench.Net.Parameters.Layout.ResidualBlocks;

        Assert.Equal(3, blocks.Count);
        Assert.Equal(["layer1.0.conv1.weight", "layer1.0.conv2.weight"], blocks[0].Weights);
        Assert.Equal([null, "layer2.0.downsample.0.weight", "layer3.0.downsample.0.weight"], blocks.Select(block => block.Shortcut));
    }

    [Fact]
    public void Work_and_parameters_are_those_of_the_published_nets()
    {
        // Multiply-adds of a forward pass, from the papers' and torchvision's tables.
        Assert.Equal(1.81e9, Work(Architecture.ResNet(18), 224), 0.02e9);
        Assert.Equal(4.09e9, Work(Architecture.ResNet(50), 224), 0.04e9);
        Assert.Equal(0.30e9, Work(Architecture.MobileNetV2(), 224), 0.01e9);
        Assert.Equal(15.47e9, Work(Architecture.Vgg(16), 224), 0.1e9);
        Assert.Equal(25_557_032, Parameters(Architecture.ResNet(50)));
        Assert.Equal(3_504_872, Parameters(Architecture.MobileNetV2()));
        Assert.Equal(132_868_840 - 2752, Parameters(Architecture.Vgg(11))); // our convolutions have no bias before a normalisation

        double Work(ConvArchitecture recipe, int size)
        {
            ConvBody body = recipe.Describe(InputShape.Image(3, size, size));
            return (body.Work + body.Head(1000).Work) / 2;
        }

        int Parameters(ConvArchitecture recipe) => ParameterLayout.Of(recipe, InputShape.Image(3, 224, 224), 1000).ParameterCount;
    }

    private static float[] Gradient(Bench bench)
    {
        bench.Net.BeginEpoch(seed: 1, epoch: 0);
        bench.Net.Forward(bench.Features, training: true);
        bench.Net.Backward(Numbers.Tensor(CPU, 4, Rows, Outputs));
        return Numbers.ToFloats(bench.Net.Parameters.Gradients);
    }

    private static double Cosine(float[] a, float[] b)
    {
        double dot = a.Zip(b, (x, y) => (double)x * y).Sum();
        return dot / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(y => (double)y * y));
    }

    // The whole in one number: ‖difference‖ / ‖expected‖.
    private static void AssertNear(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double difference = Math.Sqrt(expected.Zip(actual, (a, b) => (a - b) * (a - b)).Sum());
        Assert.InRange(difference, 0, tolerance * Math.Sqrt(expected.Sum(value => value * value)));
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double size = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], size * tolerance);
    }

    /// <summary>A net with statistics that are not those of the start.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly DisposeScope _scope;
        private readonly IDisposable _noGrad;
        private readonly IDisposable _threads;

        public Bench(string name, Precision precision = Precision.Float32)
        {
            Device device = TestDevices.Get("cpu");
            _threads = TorchThreads.Use(1);
            _scope = NewDisposeScope();
            _noGrad = no_grad();
            (ConvArchitecture recipe, InputShape input) = ConvRecipes.Get(name);
            Net = new ConvNet(recipe, input, Outputs, device, precision);
            Net.Initialize(seed: 7);
            Buffers = Numbers.Uniform(Net.Parameters.Layout.BufferCount, seed: 2, -0.2f, 0.2f);
            foreach (ParameterSlot variance in Net.Parameters.Layout.Buffers.Where(slot => slot.Role == ParameterRole.NormScale))
                Numbers.Uniform(variance.Length, seed: variance.Offset, 0.6f, 1.4f).CopyTo(Buffers, variance.Offset);
            float[] parameters = Net.Parameters.ToArrays().Parameters;
            foreach (ParameterSlot shift in Net.Parameters.Layout.Parameters.Where(slot => slot.Role is ParameterRole.NormShift or ParameterRole.Bias))
                Numbers.Uniform(shift.Length, seed: shift.Offset, -0.1f, 0.3f).CopyTo(parameters, shift.Offset);
            Net.Parameters.Set(parameters, Buffers);
            Features = Numbers.Tensor(device, 3, Rows, input.Length);
        }

        public ConvNet Net { get; }

        public float[] Buffers { get; }

        public Tensor Features { get; }

        /// <summary>Outputs by the description in float64, with what they depend on.</summary>
        public (Tensor Outputs, DoubleLayers Layers, Tensor Features) Exact(bool training)
        {
            using IDisposable grad = enable_grad();
            var layers = new DoubleLayers(Net.Parameters.Layout, Net.Parameters.ToArrays().Parameters, Buffers, training);
            ConvBody body = ((ConvArchitecture)Net.Architecture).Describe(Net.Input);
            using var pass = new ConvPass(body, layers, Precision.Float32);
            Tensor features = Features.to(float64).requires_grad_();
            return (layers.Multiply(body.Head(Outputs), pass.Run(Pictures.ToChannelsLast(features, Net.Input))), layers, features);
        }

        public FittedNetwork Fitted(Precision precision) =>
            new(NetTask.Multiclass, Net.Architecture, Net.Input, Outputs, Net.Parameters.ToArrays().Parameters, Buffers, null!) { Precision = precision };

        public void Dispose()
        {
            Net.Dispose();
            _noGrad.Dispose();
            _scope.Dispose();
            _threads.Dispose();
        }
    }
}
