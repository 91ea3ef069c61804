using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nets.Convolution;

/// <summary>One step of gradient descent against the same step in PyTorch. In float64 the description gives PyTorch's numbers; the net's float32 step is measured by that.</summary>
public sealed class GoldenStepTests
{
    private const int Images = 4;

    [Theory]
    [InlineData("train_resnet20_cifar")]
    [InlineData("train_resnet20_cifar_splitpad")]
    public void A_step_is_that_of_PyTorch(string name)
    {
        string folder = GoldenFolder.Case(name);
        Dictionary<string, double> losses = GoldenReader.Csv(Path.Combine(folder, "loss.csv")).ToDictionary(row => row["name"], row => GoldenReader.Number(row["value"]));
        Device device = TestDevices.Get("cpu");
        using IDisposable threads = TorchThreads.Use(1);
        using DisposeScope scope = NewDisposeScope();
        using ConvNet net = GoldenNets.Create(name, device);
        (float[] parameters, float[] buffers) = net.Parameters.ToArrays();
        var exact = new DoubleLayers(net.Parameters.Layout, parameters, buffers);
        ConvBody body = GoldenNets.Of(name).Recipe.Describe(net.Input);
        using var pass = new ConvPass(body, exact, Precision.Float32);
        Tensor pictures = GoldenNets.Pictures(Images, 32, device);
        Tensor logits = exact.Multiply(body.Head(10), pass.Run(pictures.to(float64).reshape(Images, 3, 32, 32)));
        Tensor labels = HostTensor.Create<long>([0, 1, 2, 3], device);
        Tensor loss = nn.functional.cross_entropy(logits, labels);
        loss.backward();

        Assert.Equal(losses["loss_before_train_mode"], loss.item<double>(), 1e-9);
        Assert.Equal(GoldenReader.Npy(Path.Combine(folder, "logits_train_mode_f64.npy")), logits.flatten().data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-9);
        CheckParameters(folder, name, exact.Gradient);
        CheckStatistics(folder, name, exact.Buffers);

        using var noGrad = no_grad();
        using var crossEntropy = new CrossEntropyLoss(10, 0, device);
        using StepRule rule = Optimizer.Sgd(momentum: 0, nesterov: false).CreateRule(net.Parameters, threads: 1);
        using var step = new TrainingStep(net, crossEntropy, rule, [], gradientClipping: null);
        Tensor sum = zeros(1, float64);
        step.Run(new Batch(pictures, labels, null), learningRate: 0.1, sum);

        Assert.Equal(losses["loss_before_train_mode"], sum.item<double>() / Images, 1e-5);
        Assert.Equal(exact.Buffers, Numbers.ToDoubles(net.Parameters.Buffers), (a, b) => Math.Abs(a - b) < 1e-4);
        CheckDirections(net, exact.Gradient);
        Assert.Equal(losses["loss_after_eval_mode"], Mean(net.Forward(pictures, training: false)), 1e-2);
        Assert.Equal(losses["loss_after_train_mode"], Mean(net.Forward(pictures, training: true)), 1e-2);

        double Mean(Tensor outputs) => Numbers.ToDoubles(crossEntropy.PerRow(outputs, labels)).Average();
    }

    // A ReLU whose input is nearly 0 may take the other branch in float32, which moves whole gradients by some thousandths.
    private static void CheckDirections(ConvNet net, double[] exact)
    {
        double[] actual = Numbers.ToDoubles(net.Parameters.Gradients);
        foreach (ParameterSlot slot in net.Parameters.Layout.Parameters)
        {
            double[] a = exact[slot.Offset..(slot.Offset + slot.Length)], b = actual[slot.Offset..(slot.Offset + slot.Length)];
            double difference = Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum()), size = Math.Sqrt(a.Sum(x => x * x));
            Assert.True(difference <= 0.02 * size, $"{slot.Name}: {difference / size}");
        }
    }

    private static void CheckParameters(string folder, string name, double[] gradients)
    {
        Dictionary<string, TorchvisionTensor> tensors = GoldenNets.Tensors(name).ToDictionary(tensor => tensor.Name);
        foreach (Dictionary<string, string> expected in GoldenReader.Csv(Path.Combine(folder, "parameters.csv")))
        {
            ParameterSlot slot = tensors[expected["key"]].Slot!;
            double[] gradient = gradients[slot.Offset..(slot.Offset + slot.Length)]; // first and last place of a kernel are the same in both orders
            Assert.Equal(GoldenReader.Number(expected["grad_sum"]), gradient.Sum(), 1e-9);
            Assert.Equal(GoldenReader.Number(expected["grad_l2"]), Math.Sqrt(gradient.Sum(value => value * value)), 1e-9);
            Assert.Equal(GoldenReader.Number(expected["grad_first"]), gradient[0], 1e-9);
            Assert.Equal(GoldenReader.Number(expected["grad_last"]), gradient[^1], 1e-9);
        }
    }

    private static void CheckStatistics(string folder, string name, double[] buffers)
    {
        Dictionary<string, TorchvisionTensor> tensors = GoldenNets.Tensors(name).ToDictionary(tensor => tensor.Name);
        foreach (Dictionary<string, string> expected in GoldenReader.Csv(Path.Combine(folder, "buffers.csv")))
        {
            ParameterSlot slot = tensors[expected["key"]].Slot!;
            double[] values = buffers[slot.Offset..(slot.Offset + slot.Length)];
            Assert.Equal(GoldenReader.Number(expected["sum_after"]), values.Sum(), 1e-6); // the start was rounded to float32
            Assert.Equal(GoldenReader.Number(expected["first_after"]), values[0], 1e-9);
            Assert.Equal(GoldenReader.Number(expected["last_after"]), values[^1], 1e-9);
        }
    }
}
