using MLExtensions.Trainers.Training;

namespace MLExtensions.Trainers.Tests.Training;

/// <summary>TorchSharp's implicit scalars are freed by a collection during a native call; our training code must never make one.</summary>
public sealed class CollectionPressureTests
{
    [Theory]
    [InlineData("adam")]
    [InlineData("nesterov")]
    public void A_fit_under_constant_collections_gives_the_same_bits(string name)
    {
        LoopSettings settings = Toy.Settings(20) with { Optimizer = name == "adam" ? Optimizer.Adam() : Optimizer.Sgd() };
        TrainingOutcome expected = Toy.Fit(settings, rows: 1000);
        using var stop = new CancellationTokenSource();
        long collections = 0;
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                GC.WaitForPendingFinalizers();
                Interlocked.Increment(ref collections);
            }
        });
        collector.Start();

        TrainingOutcome actual;
        try
        {
            do
            {
                actual = Toy.Fit(settings, rows: 1000);
                Assert.Equal(expected.Parameters, actual.Parameters);
            }
            while (Volatile.Read(ref collections) <= 100); // a busy machine collects more slowly
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }

        Assert.Equal(expected.Buffers, actual.Buffers);
    }

    [Fact]
    public void Fits_side_by_side_give_the_bits_of_fits_alone()
    {
        TrainingOutcome expected = Toy.Fit(Toy.Settings());
        var outcomes = new TrainingOutcome[4];

        Parallel.For(0, outcomes.Length, i => outcomes[i] = Toy.Fit(Toy.Settings()));

        Assert.All(outcomes, outcome => Assert.Equal(expected.Parameters, outcome.Parameters));
    }
}
