using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Training;

public sealed class TrainingLoopTests
{
    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_net_learns_and_reports_every_epoch(string device)
    {
        TrainingOutcome outcome = Toy.Fit(Toy.Settings(10), device: TestDevices.Get(device));

        Assert.Equal(10, outcome.Epochs.Count);
        Assert.Equal(StopReason.EpochsDone, outcome.StopReason);
        Assert.True(outcome.Epochs[^1].TrainingLoss < 0.8 * outcome.Epochs[0].TrainingLoss);
        Assert.True(outcome.Epochs[^1].ValidationMetric > 0.93, $"accuracy {outcome.Epochs[^1].ValidationMetric}");
        Assert.All(outcome.Epochs, epoch => Assert.True(epoch.Seconds > 0 && epoch.RowsPerSecond > 0));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_seed_does_not()
    {
        TrainingOutcome first = Toy.Fit(Toy.Settings());
        TrainingOutcome second = Toy.Fit(Toy.Settings());
        TrainingOutcome other = Toy.Fit(Toy.Settings() with { Seed = 8 });

        Assert.Equal(first.Parameters, second.Parameters);
        Assert.Equal(first.Buffers, second.Buffers);
        Assert.NotEqual(first.Parameters, other.Parameters);
    }

    [Fact]
    public void The_global_generator_is_never_drawn_from_or_reseeded()
    {
        TestDevices.Get("cpu");
        random.manual_seed(5);
        using Tensor expected = rand(4);
        random.manual_seed(5);

        Toy.Fit(Toy.Settings(2));

        using Tensor actual = rand(4);
        Assert.Equal(expected.data<float>().ToArray(), actual.data<float>().ToArray());
    }

    [Fact]
    public void Early_stopping_restores_the_weights_of_the_lowest_validation_loss()
    {
        LoopSettings settings = Toy.Settings(60) with { LearningRate = 0.1, Patience = 3, Schedule = LearningRateSchedule.Constant() };
        TrainingOutcome stopped = Toy.Fit(settings);

        Assert.Equal(StopReason.EarlyStopping, stopped.StopReason);
        Assert.Equal(stopped.BestEpoch + 3, stopped.Epochs.Count);
        Assert.Equal(stopped.Epochs.MinBy(epoch => epoch.ValidationLoss)!.Epoch, stopped.BestEpoch);
        TrainingOutcome untilBest = Toy.Fit(settings with { Epochs = stopped.BestEpoch, Patience = null });
        Assert.Equal(untilBest.Parameters, stopped.Parameters);
    }

    [Fact]
    public void Cancelling_stops_within_a_step_and_throws()
    {
        using var source = new CancellationTokenSource();
        int steps = 0;
        LoopSettings settings = Toy.Settings(100) with
        {
            CancellationToken = source.Token,
            CheckAlive = () =>
            {
                if (++steps == 5)
                    source.Cancel();
            },
        };

        Assert.Throws<OperationCanceledException>(() => Toy.Fit(settings));
        Assert.Equal(5, steps);
    }

    [Fact]
    public void Cancelling_can_keep_the_best_weights_so_far()
    {
        int steps = 0;
        LoopSettings settings = Toy.Settings(100) with
        {
            KeepBestOnCancel = true,
            CheckAlive = () =>
            {
                if (++steps == 35)
                    throw new OperationCanceledException();
            },
        };

        TrainingOutcome outcome = Toy.Fit(settings);

        Assert.Equal(StopReason.Cancelled, outcome.StopReason);
        Assert.Equal(3, outcome.Epochs.Count); // 10 steps and one look at the end an epoch
        Assert.Equal(outcome.Epochs.MinBy(epoch => epoch.ValidationLoss)!.Epoch, outcome.BestEpoch);
    }

    [Fact]
    public void A_loss_that_is_no_number_is_an_error_with_a_remedy()
    {
        LoopSettings settings = Toy.Settings() with { Optimizer = Optimizer.Sgd(), LearningRate = 1e30, GradientClipping = null };

        var error = Assert.Throws<InvalidOperationException>(() => Toy.Fit(settings));

        Assert.Contains("Lower LearningRate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_tensor_outlives_a_fit_or_a_failed_one()
    {
        Toy.Fit(Toy.Settings(1));
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Toy.Fit(Toy.Settings(2));
        Assert.Throws<InvalidOperationException>(() => Toy.Fit(Toy.Settings() with { Optimizer = Optimizer.Sgd(), LearningRate = 1e30, GradientClipping = null }));

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Clipping_limits_the_first_step()
    {
        LoopSettings one = Toy.Settings(1) with { BatchSize = 300, Optimizer = Optimizer.Sgd(0, false), Regularizers = [], LearningRate = 1, Schedule = LearningRateSchedule.Constant() };
        float[] start = Toy.Fit(one with { LearningRate = 1e-30 }, validationRows: 0).Parameters;
        float[] clipped = Toy.Fit(one with { GradientClipping = 0.01 }, validationRows: 0).Parameters;
        float[] free = Toy.Fit(one with { GradientClipping = null }, validationRows: 0).Parameters;

        Assert.Equal(0.01, Distance(start, clipped), 4);
        Assert.True(Distance(start, free) > 0.05);
    }

    [Fact]
    public void Progress_ends_at_the_whole_fit()
    {
        var reports = new List<TrainingProgress>();

        Toy.Fit(Toy.Settings(3) with { Progress = new Recorder(reports) });

        Assert.Equal([1, 2, 3], reports.Where(report => !double.IsNaN(report.ValidationLoss)).Select(report => report.Epoch).Distinct());
        Assert.Equal(1, reports[^1].Fraction, 12);
        Assert.All(reports, report => Assert.InRange(report.Fraction, 0, 1));
    }

    private static double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum());

    private sealed class Recorder(List<TrainingProgress> reports) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => reports.Add(value);
    }
}
