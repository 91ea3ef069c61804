using MLExtensions.Trainers.FineTuning;
using MLExtensions.Trainers.Tests.Training;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.FineTuning;

/// <summary>Mixed batches, and fits over them.</summary>
public sealed class JointFeedTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlextensions-joint-");

    public static TheoryData<bool, int> Stops => new() { { false, 3 }, { false, 9 }, { true, 7 }, { true, 16 } };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_epoch_is_a_pass_over_the_target_while_the_source_cycles_at_its_own_pace(bool streamed)
    {
        Device device = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var feed = new JointFeed(JointToy.Feed(50, 1, streamed, device), JointToy.Feed(70, 2, streamed, device), 0.5, 16, null);
        var source = new List<float>();
        var sizes = new List<(long Target, long Source, long All)>();
        for (int epoch = 0; epoch < 3; epoch++)
        {
            var target = new List<float>();
            feed.BeginEpoch(7, epoch);
            while (feed.Next(16) is { } batch)
            {
                float[] first = FlatFirstColumn(batch.Features);
                target.AddRange(first[..(int)batch.Rows]);
                source.AddRange(first[(int)batch.Rows..]);
                sizes.Add((batch.Rows, batch.Pretraining!.Rows, batch.Features.shape[0]));
                Assert.Equal(FlatFirstColumn(batch.Pretraining.Features), first[(int)batch.Rows..]);
            }

            Assert.Equal(50, feed.Rows);
            Assert.Equal(FirstColumn(Toy.Rows(50, 1)).Order(), target.Order());
        }

        Assert.Equal([(16, 8, 24), (16, 8, 24), (16, 8, 24), (2, 1, 3)], sizes[..4].Select(size => ((int, int, int))size));
        Assert.Equal(FirstColumn(Toy.Rows(70, 2)).Order(), source[..70].Order()); // 25 rows an epoch: the third ends the first pass
    }

    [Fact]
    public void A_source_smaller_than_its_share_of_a_batch_is_repeated()
    {
        Device device = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var feed = new JointFeed(JointToy.Feed(64, 1, streamed: false, device), JointToy.Feed(5, 2, streamed: false, device), 1, 32, null);
        feed.BeginEpoch(7, 0);
        Assert.Equal(5, feed.Next(32)!.Pretraining!.Rows);
        Assert.Equal(5, feed.Next(32)!.Pretraining!.Rows);
        Assert.Null(feed.Next(32));
    }

    [Theory]
    [MemberData(nameof(Stops))]
    public void A_joint_fit_stopped_at_any_step_and_run_again_gives_the_same_bits(bool streamed, int stopAt) => Resume(streamed, stopAt, null);

    [Theory]
    [InlineData(9)]
    [InlineData(17)]
    public void So_does_one_without_source_labels(int stopAt) => Resume(streamed: false, stopAt, PretrainingLoss.Consistency());

    [Fact]
    public void The_pre_training_loss_of_every_epoch_is_reported_and_falls()
    {
        TrainingOutcome outcome = JointToy.Fit(Toy.Settings(12));

        Assert.All(outcome.Epochs, epoch => Assert.True(epoch.PretrainingLoss > 0));
        Assert.True(outcome.Epochs[^1].PretrainingLoss < 0.7 * outcome.Epochs[0].PretrainingLoss);
        Assert.True(outcome.Epochs[^1].ValidationMetric > 0.85);
        Assert.True(double.IsNaN(Toy.Fit(Toy.Settings(1)).Epochs[0].PretrainingLoss));
    }

    [Fact]
    public void All_regularisers_and_the_rate_of_the_head_work_on_a_joint_net()
    {
        TrainingOutcome outcome = JointToy.Fit(Toy.Settings(6) with
        {
            HeadRate = 3,
            Regularizers = [Regularizer.WeightRescaling(), Regularizer.ScaleShiftInvariant(1e-3), Regularizer.WeightDecay(1e-3)],
        });

        Assert.True(outcome.Epochs[^1].ValidationMetric > 0.8);
        for (int unit = 0; unit < 16; unit++) // the body's rows are rescaled to norm 1
            Assert.Equal(1, Math.Sqrt(outcome.Parameters.Skip(unit * Toy.Width).Take(Toy.Width).Sum(value => (double)value * value)), 1e-5);
    }

    private void Resume(bool streamed, int stopAt, PretrainingLoss? pretraining)
    {
        LoopSettings settings = Toy.Settings(5) with { BatchSize = 40 };
        TrainingOutcome expected = JointToy.Fit(settings, streamed, pretraining);
        var file = new CheckpointFile(_folder.FullName, "test");
        int steps = 0;
        Assert.Throws<OperationCanceledException>(() => JointToy.Fit(settings with
        {
            Checkpoint = file,
            CheckAlive = () =>
            {
                if (++steps == stopAt)
                    throw new OperationCanceledException();
            },
        }, streamed, pretraining));

        TrainingOutcome resumed = JointToy.Fit(settings with { Checkpoint = file }, streamed, pretraining);

        Assert.Equal(expected.Parameters, resumed.Parameters);
        Assert.Equal(expected.Buffers, resumed.Buffers);
        Assert.Equal(expected.Epochs.Select(epoch => epoch.PretrainingLoss), resumed.Epochs.Select(epoch => epoch.PretrainingLoss));
    }

    private static float[] FlatFirstColumn(Tensor features) => Array.ConvertAll(Numbers.ToDoubles(features.narrow(1, 0, 1)), value => (float)value);

    private static float[] FirstColumn(RowTable table) => [.. Enumerable.Range(0, table.Rows).Select(row => table.Row(row)[0])];
}
