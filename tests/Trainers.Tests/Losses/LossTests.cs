using MLExtensions.Trainers.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Losses;

public sealed class LossTests
{
    private const int Rows = 5;

    public static TheoryData<string, string, bool> Cases
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (string device in TestDevices.All.Select(row => row.Data))
                foreach (string loss in new[] { "cross-entropy", "smoothed cross-entropy", "cross-entropy by torch", "smoothed cross-entropy by torch", "binary", "smoothed binary", "squared", "Huber" })
                {
                    data.Add(device, loss, false);
                    data.Add(device, loss, true);
                }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_gradient_equals_finite_differences_of_the_reported_sum(string deviceName, string name, bool weighted)
    {
        Device device = TestDevices.Get(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using Loss loss = Make(name, device);
        bool classes = name.Contains("cross", StringComparison.Ordinal);
        int width = classes ? 4 : 1;
        Tensor outputs = Numbers.Tensor(device, 1, Rows, width).mul(tensor(3f, device: device));
        Tensor targets = classes ? tensor(new long[] { 0, 3, 1, 1, 2 }, device: device)
            : name.Contains("binary", StringComparison.Ordinal) ? tensor(new float[] { 0, 1, 1, 0, 1 }, device: device)
            : tensor(new float[] { 0.3f, -2, 4, 0, 1 }, device: device);
        Tensor? weights = weighted ? tensor(new float[] { 0.5f, 2, 0, 1.5f, 1 }, device: device) : null;

        double[] gradient = Numbers.ToDoubles(loss.Gradient(outputs, targets, weights, zeros(1, float64, device)));

        float[] at = Array.ConvertAll(Numbers.ToDoubles(outputs), value => (float)value);
        for (int i = 0; i < at.Length; i++)
        {
            const float Step = 1e-2f;
            double Sum(float change)
            {
                float[] moved = [.. at];
                moved[i] += change;
                Tensor sum = zeros(1, float64, device);
                loss.Gradient(tensor(moved, device: device).reshape(Rows, width), targets, weights, sum);
                return sum.to(CPU).item<double>();
            }

            double difference = (Sum(Step) - Sum(-Step)) / (2 * Step) / Rows;
            Assert.Equal(difference, gradient[i], 2e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_several_heads_it_takes_the_outputs_of_its_own_and_leaves_the_others_alone(string deviceName, string name, bool weighted)
    {
        Device device = TestDevices.Get(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using Loss loss = Make(name, device);
        bool classes = name.Contains("cross", StringComparison.Ordinal);
        int width = classes ? 4 : 1;
        Tensor all = Numbers.Tensor(device, 1, Rows + 2, width + 5).narrow(0, 1, Rows); // rows and outputs of other heads around it
        Tensor targets = classes ? tensor(new long[] { 0, 3, 1, 1, 2 }, device: device) : tensor(new float[] { 0, 1, 1, 0, 1 }, device: device);
        Tensor? weights = weighted ? tensor(new float[] { 0.5f, 2, 0, 1.5f, 1 }, device: device) : null;
        Tensor sum = zeros(1, float64, device), sumOfOwn = zeros(1, float64, device), gradient = full([Rows, width + 5], 7f, device: device);

        loss.WriteGradient(all, 3, width, targets, weights, sum, gradient);

        Tensor expected = full([Rows, width + 5], 7f, device: device);
        expected.narrow(1, 3, width).copy_(loss.Gradient(all.narrow(1, 3, width).contiguous(), targets, weights, sumOfOwn));
        Assert.Equal(Numbers.ToDoubles(expected), Numbers.ToDoubles(gradient));
        Assert.Equal(sumOfOwn.to(CPU).item<double>(), sum.to(CPU).item<double>());
    }

    [Fact]
    public void Cross_entropy_has_its_textbook_value()
    {
        Device device = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var loss = new CrossEntropyLoss(3, 0, device);
        Tensor logits = tensor(new float[] { MathF.Log(0.7f), MathF.Log(0.2f), MathF.Log(0.1f) }).reshape(1, 3);
        Tensor sum = zeros(1, float64);

        loss.Gradient(logits, tensor(new long[] { 1 }), null, sum);

        Assert.Equal(-Math.Log(0.2), sum.item<double>(), 6);
        Assert.Equal(-Math.Log(0.2), loss.PerRow(logits, tensor(new long[] { 1 })).item<float>(), 6);
        Assert.Equal(0, loss.MetricPerRow(logits, tensor(new long[] { 1 })).item<float>());
        Assert.Equal(1, loss.MetricPerRow(logits, tensor(new long[] { 0 })).item<float>());
    }

    [Fact]
    public void Binary_cross_entropy_stays_finite_at_extreme_logits()
    {
        Device device = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var loss = new BinaryCrossEntropyLoss(0);
        Tensor logits = tensor(new float[] { 500, -500, 500, -500 }).reshape(4, 1);

        double[] losses = Numbers.ToDoubles(loss.PerRow(logits, tensor(new float[] { 1, 0, 0, 1 })));

        Assert.Equal([0, 0, 500, 500], losses);
    }

    [Fact]
    public void The_regression_metric_is_in_units_of_the_label()
    {
        TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var loss = new HuberLoss(double.PositiveInfinity, targetScale: 10);

        Assert.Equal(20, loss.Metric(4)); // root of 4 standardised, times 10
    }

    private static Loss Make(string name, Device device) => name switch
    {
        "cross-entropy" => new CrossEntropyLoss(4, 0, device),
        "smoothed cross-entropy" => new CrossEntropyLoss(4, 0.1, device),
        "cross-entropy by torch" => new CrossEntropyLoss(4, 0, device, byTorch: true),
        "smoothed cross-entropy by torch" => new CrossEntropyLoss(4, 0.1, device, byTorch: true),
        "binary" => new BinaryCrossEntropyLoss(0),
        "smoothed binary" => new BinaryCrossEntropyLoss(0.2),
        "squared" => new HuberLoss(double.PositiveInfinity, 1),
        _ => new HuberLoss(0.8, 1),
    };
}
