namespace MLExtensions.Trainers.Tests.Robustness;

/// <summary>A bare number passed to a torch operation becomes a scalar that a collection may free during the call; attacks must make none.</summary>
public sealed class AttackPressureTests
{
    [Fact]
    public void Attacks_under_constant_collections_give_the_same_bits()
    {
        using var bench = new AttackBench(Architecture.Mlp([16], Activation.LeakyRelu, Normalization.Batch), 6, 3);
        float[] features = Numbers.Uniform(200 * 6, seed: 4);
        Attack[] attacks = [Attack.GaussianNoise(2), Attack.Fgsm(), Attack.Pgd(steps: 100), Attack.Pgd(norm: AttackNorm.L2)];
        RobustnessMetrics expected = bench.Evaluate(features, attacks, [0.02, 0.1]);
        using var stop = new CancellationTokenSource();
        long collections = 0;
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                GC.WaitForPendingFinalizers();
                collections++;
            }
        });
        collector.Start();
        try
        {
            for (int i = 0; i < 5 || collections < 100; i++)
            {
                RobustnessMetrics actual = bench.Evaluate(features, attacks, [0.02, 0.1]);
                Assert.Equal(expected.Results, actual.Results);
                Assert.Equal(expected.MeanInputGradientNorm, actual.MeanInputGradientNorm);
            }
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }
}
