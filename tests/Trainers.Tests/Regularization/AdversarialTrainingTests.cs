using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Robustness;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Tests.Training;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Regularization;

/// <summary>Training on the worst rows near those that are there.</summary>
public sealed class AdversarialTrainingTests
{
    private const int Weak = 20;

    [Theory]
    [InlineData(AttackNorm.LInfinity)]
    [InlineData(AttackNorm.L2)]
    public void Rows_move_by_at_most_epsilon_within_the_bounds_to_where_the_loss_is_higher_and_the_batch_stays_as_it_is(AttackNorm norm)
    {
        using var bench = new Bench(Regularizer.AdversarialTraining(0.2, norm: norm, lowerBound: -0.9, upperBound: 0.9));
        float[] before = bench.Features();

        Batch attacked = bench.Attack(step: 0);

        Assert.Equal(before, bench.Features());
        Assert.Same(bench.Batch.Targets, attacked.Targets);
        float[] after = FlatParameters.ToArray(attacked.Features.flatten());
        for (int row = 0; row < 32; row++)
        {
            double[] change = [.. Enumerable.Range(row * 4, 4).Select(i => (double)after[i] - before[i])];
            Assert.True((norm == AttackNorm.L2 ? Math.Sqrt(change.Sum(c => c * c)) : change.Max(Math.Abs)) <= 0.2 + 1e-6);
            for (int i = row * 4; i < (row + 1) * 4; i++)
                Assert.InRange(after[i], Math.Min(before[i], -0.9f) - 1e-6, Math.Max(before[i], 0.9f) + 1e-6);
        }

        Assert.True(bench.Loss(attacked) > bench.Loss(bench.Batch) + 0.05);
    }

    [Fact]
    public void Starts_follow_from_the_seed_and_the_step_alone()
    {
        using var bench = new Bench(Regularizer.AdversarialTraining(0.2, steps: 1, stepSize: 0.01));
        float[] Attack(long step) => FlatParameters.ToArray(bench.Attack(step).Features.flatten());

        float[] first = Attack(3);

        Assert.NotEqual(first, Attack(4));
        Assert.Equal(first, Attack(3));
    }

    [Fact]
    public void Epsilon_0_is_a_fit_without_it_to_the_bit()
    {
        TrainingOutcome plain = Toy.Fit(Toy.Settings());
        TrainingOutcome off = Toy.Fit(With(Regularizer.AdversarialTraining(0)));
        TrainingOutcome on = Toy.Fit(With(Regularizer.AdversarialTraining(0.1)));

        Assert.Equal(plain.Parameters, off.Parameters);
        Assert.NotEqual(plain.Parameters, on.Parameters);

        static LoopSettings With(Regularizer regularizer) => Toy.Settings() with { Regularizers = [regularizer, .. Toy.Settings().Regularizers] };
    }

    [Fact]
    public void A_step_leaves_no_tensor_behind()
    {
        using var bench = new Bench(Regularizer.AdversarialTraining(0.2));
        Run();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Run();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Run()
        {
            using DisposeScope scope = NewDisposeScope();
            bench.Attack(0);
            Assert.Equal(1, scope.DisposablesCount);
        }
    }

    /// <summary>
    /// One feature says the class with room to spare; twenty others say it too, each with a tenth of the room. A plain fit leans on all of them, and an attacker who may move
    /// every feature by a fifth turns the twenty around. Tsipras et al. (2019) describe the construction.
    /// </summary>
    [Theory]
    [InlineData(AttackNorm.LInfinity, 0.2)]
    [InlineData(AttackNorm.L2, 0.6)]
    public void It_makes_a_net_robust_that_is_not_without_it(AttackNorm norm, double epsilon)
    {
        double plain = AccuracyUnderAttack([], norm, epsilon);
        double adversarial = AccuracyUnderAttack([Regularizer.AdversarialTraining(epsilon, norm: norm)], norm, epsilon);

        Assert.True(adversarial > plain + 0.1, $"{plain:f3} without, {adversarial:f3} with");
    }

    [Fact]
    public void Its_settings_are_in_its_text_which_names_a_checkpoint()
    {
        string text = Regularizer.AdversarialTraining(0.25, 5, 0.3, AttackNorm.L2, false, -1, 2).ToString();

        foreach (string part in new[] { "Epsilon = 0.25", "Steps = 5", "StepSize = 0.3", "Norm = L2", "RandomStart = False", "LowerBound = -1", "UpperBound = 2" })
            Assert.Contains(part, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_are_named()
    {
        var faults = new List<string>();
        Regularizer[] list = [Regularizer.AdversarialTraining(-1, 0, 0, (AttackNorm)7, lowerBound: 2, upperBound: 1), Regularizer.AdversarialTraining(double.NaN, lowerBound: double.NaN)];

        RegularizerSet.Check(list, Optimizer.Adam(), null, faults);

        Assert.Equal(8, faults.Count);
        foreach (string part in new[] { "epsilon is -1", "steps is 0", "stepSize is 0", "norm is 7", "lowerBound is 2 and upperBound is 1", "epsilon is NaN", "lowerBound is NaN", "more than once" })
            Assert.Contains(faults, fault => fault.Contains(part, StringComparison.Ordinal));
    }

    private static double AccuracyUnderAttack(IReadOnlyList<Regularizer> regularizers, AttackNorm norm, double epsilon)
    {
        Device device = TestDevices.Get("cpu");
        using IDisposable threads = TorchThreads.Use(1);
        using DisposeScope scope = NewDisposeScope();
        using var loss = new CrossEntropyLoss(2, 0, device);
        using Net net = Net.Create(Architecture.Mlp([16]), Weak + 1, 2, device);
        net.Initialize(seed: 1);
        LoopSettings settings = Toy.Settings(epochs: 8) with { Regularizers = regularizers };
        using var feed = new MemoryFeed(Rows(1000, seed: 1), null, classIndices: true, weighted: false, device);
        new TrainingLoop(net, loss, feed, null, settings).Run();

        using var space = AttackSpace.Unit(Weak + 1, device);
        Attack attack = Attack.Pgd(norm: norm);
        using var tally = new RobustnessTally(net, NetTask.Multiclass, space, [attack], [epsilon], seed: 1, static () => { });
        using var test = new MemoryFeed(Rows(1000, seed: 2), null, classIndices: true, weighted: false, device);
        test.BeginEpoch(null, 0);
        Batch all = test.Next(1000)!;
        tally.Add(all.Features, all.Targets);
        return tally.Metrics([], 0, null).AccuracyUnder(attack, epsilon);
    }

    private static RowTable Rows(int count, long seed)
    {
        SeededRandom random = SeededRandom.Derive(seed);
        var features = new float[count * (Weak + 1)];
        var labels = new float[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = random.NextInt(2);
            float sign = (2 * labels[i]) - 1;
            Span<float> row = features.AsSpan(i * (Weak + 1), Weak + 1);
            random.FillGaussian(row, sign * 0.1f, 0.2f);
            row[0] = (float)(sign + (0.7 * random.NextGaussian()));
        }

        return RowTable.Of(features, labels);
    }

    /// <summary>A hook, driven by hand on a random net.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly DisposeScope _scope;
        private readonly IDisposable _noGrad;
        private readonly Net _net;
        private readonly StepRule _rule;
        private readonly TrainingHook _hook;
        private readonly CrossEntropyLoss _loss;

        public Bench(Regularizer regularizer)
        {
            Device device = TestDevices.Get("cpu");
            _scope = NewDisposeScope();
            _noGrad = no_grad();
            _net = Net.Create(Architecture.Mlp([16], normalization: Normalization.Batch, dropout: 0.2), 4, 3, device);
            _net.Initialize(seed: 5);
            _rule = Optimizer.Sgd(0, false).CreateRule(_net.Parameters, 1);
            _hook = RegularizerSet.CreateHooks([regularizer], _net)[0];
            _loss = new CrossEntropyLoss(3, 0, device);
            Batch = new Batch(Numbers.Tensor(device, 1, 32, 4), tensor([.. Enumerable.Range(0, 32).Select(i => (long)(i % 3))]), null);
        }

        public Batch Batch { get; }

        public float[] Features() => FlatParameters.ToArray(Batch.Features.flatten());

        public Batch Attack(long step) => _hook.BeforeForward(new ForwardContext(new FitContext(_net, _rule), Batch, _loss, Seed: 1, step));

        public double Loss(Batch batch) => _loss.PerRow(_net.Forward(batch.Features, training: false), batch.Targets).mean().item<float>();

        public void Dispose()
        {
            _hook.Dispose();
            _rule.Dispose();
            _net.Dispose();
            _loss.Dispose();
            _noGrad.Dispose();
            _scope.Dispose();
        }
    }
}
