using MLExtensions.Trainers.FineTuning;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.FineTuning;

/// <summary>The loss without source labels, and the views that it compares.</summary>
public sealed class ConsistencyTests : IDisposable
{
    private readonly DisposeScope _scope = Scope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void With_sure_pseudo_labels_it_is_plain_cross_entropy_on_the_strong_view()
    {
        Tensor strong = Numbers.Tensor(CPU, 3, 4, 3);
        Tensor weak = tensor(new float[] { 90, 0, 0, 0, 90, 0, 0, 90, 0, 0, 0, 90 }).reshape(4, 3);
        (double loss, double[] gradient) = Run(PretrainingLoss.Consistency(), weak, strong, 3);

        using var crossEntropy = new CrossEntropyLoss(3, 0, CPU);
        Tensor sum = zeros(1, float64);
        double[] expected = Numbers.ToDoubles(crossEntropy.Gradient(strong, tensor(new long[] { 0, 1, 1, 2 }), null, sum));
        Assert.Equal(sum.item<double>(), loss, 1e-5);
        Assert.All(gradient[..12], value => Assert.Equal(0, value)); // the weak view is a constant
        for (int i = 0; i < 12; i++)
            Assert.Equal(expected[i], gradient[12 + i], 1e-6);
    }

    [Fact]
    public void When_no_row_is_sure_enough_loss_and_gradient_are_zero()
    {
        (double loss, double[] gradient) = Run(PretrainingLoss.Consistency(threshold: 0.99), Numbers.Tensor(CPU, 1, 4, 3), Numbers.Tensor(CPU, 2, 4, 3), 3);

        Assert.Equal(0, loss);
        Assert.All(gradient, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Rows_below_the_threshold_do_not_count_and_the_mean_is_over_those_above()
    {
        Tensor weak = tensor(new float[] { 5, 0, 0, 0.1f, 0, 0 }).reshape(2, 3), strong = Numbers.Tensor(CPU, 2, 2, 3);
        (double loss, double[] gradient) = Run(PretrainingLoss.Consistency(threshold: 0.9), weak, strong, 3);
        (double only, double[] gradientOfFirst) = Run(PretrainingLoss.Consistency(), weak.narrow(0, 0, 1), strong.narrow(0, 0, 1), 3);

        Assert.Equal(only, loss / 2, 1e-6); // sums over 2 rows and over 1
        Assert.Equal(gradientOfFirst[3..], gradient[6..9]);
        Assert.All(gradient[9..], value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void The_gradient_is_that_of_the_loss(int outputs)
    {
        var settings = PretrainingLoss.Consistency(temperature: 0.5);
        Tensor weak = Numbers.Tensor(CPU, 1, 4, outputs), strong = Numbers.Tensor(CPU, 2, 4, outputs);
        double[] gradient = Run(settings, weak, strong, outputs).Gradient;
        double[] values = Numbers.ToDoubles(strong);
        for (int i = 0; i < values.Length; i++)
        {
            double slope = (LossAt(i, 1e-2f) - LossAt(i, -1e-2f)) / 2e-2 / 4; // the sum is 4 times the mean
            Assert.Equal(slope, gradient[4 * outputs + i], 1e-4);
        }

        double LossAt(int place, float step)
        {
            float[] moved = Array.ConvertAll(values, value => (float)value);
            moved[place] += step;
            return Run(settings, weak, tensor(moved).reshape(4, outputs), outputs).Loss;
        }
    }

    [Fact]
    public void One_output_counts_as_two_classes()
    {
        Tensor weak = Numbers.Tensor(CPU, 1, 4, 1), strong = Numbers.Tensor(CPU, 2, 4, 1);
        (double one, double[] gradient) = Run(PretrainingLoss.Consistency(), weak, strong, 1);
        (double two, double[] gradientOfTwo) = Run(PretrainingLoss.Consistency(), cat([zeros_like(weak), weak], 1), cat([zeros_like(strong), strong], 1), 2);

        Assert.Equal(two, one, 1e-6);
        for (int i = 0; i < 4; i++)
            Assert.Equal(gradientOfTwo[8 + 2 * i + 1], gradient[4 + i], 1e-7);
    }

    [Fact]
    public void A_row_of_weight_two_counts_like_two_rows()
    {
        Tensor weak = Numbers.Tensor(CPU, 1, 2, 3), strong = Numbers.Tensor(CPU, 2, 2, 3);
        double[] weighted = Run(PretrainingLoss.Consistency(), weak, strong, 3, tensor(new float[] { 2, 1 })).Gradient;
        Tensor index = tensor(new long[] { 0, 0, 1 });
        double[] twice = Run(PretrainingLoss.Consistency(), weak.index_select(0, index), strong.index_select(0, index), 3).Gradient;

        Assert.Equal(2 * twice[9], weighted[6], 1e-6);
        Assert.Equal(twice[15], weighted[9], 1e-6);
    }

    [Fact]
    public void Views_have_the_noise_and_the_dropout_that_were_asked_for()
    {
        Tensor rows = Numbers.Tensor(CPU, 6, 4000, 3).mul(tensor(new float[] { 1, 10, 0 })); // the last feature is constant
        using var views = new FeatureViews(PretrainingLoss.Consistency(weakNoise: 0.5, strongNoise: 0, strongDropout: 0.25), CPU);
        views.BeginEpoch(3, 0);
        Tensor[] pair = views.Of(rows);

        double[] noise = Numbers.ToDoubles(pair[0].sub(rows).std(0));
        Assert.Equal(0.5 / Math.Sqrt(3), noise[0], 0.02); // the deviation of uniform numbers in ±1 is 1/√3
        Assert.Equal(5 / Math.Sqrt(3), noise[1], 0.2);
        Assert.Equal(0, noise[2]);
        double dropped = pair[1].narrow(1, 0, 2).sub(rows.narrow(1, 0, 2)).abs().gt(tensor(1e-5f)).to(float32).mean().item<float>();
        Assert.Equal(0.25, dropped, 0.02);
        Assert.Equal(Numbers.ToDoubles(rows.mean([0])), Numbers.ToDoubles(pair[1].mean([0])), (a, b) => Math.Abs(a - b) < 0.3);

        views.BeginEpoch(3, 0);
        Assert.Equal(Numbers.ToDoubles(pair[0]), Numbers.ToDoubles(views.Of(rows)[0]));
        using var none = new FeatureViews(PretrainingLoss.Consistency(0, 1, 0, 0, 0), CPU);
        Assert.All(none.Of(rows), view => Assert.Equal(Numbers.ToDoubles(rows), Numbers.ToDoubles(view)));
    }

    private static DisposeScope Scope()
    {
        TestDevices.Get("cpu");
        return NewDisposeScope();
    }

    private static (double Loss, double[] Gradient) Run(ConsistencyPretrainingLoss settings, Tensor weak, Tensor strong, int outputs, Tensor? weights = null)
    {
        using var objective = new ConsistencyObjective(settings);
        Tensor both = cat([weak, strong], 0), gradient = zeros_like(both), sum = zeros(1, float64);
        objective.AddGradient(both, new Batch(weak, zeros(weak.shape[0]), weights), outputs, sum, gradient);
        return (sum.item<double>(), Numbers.ToDoubles(gradient));
    }
}
