using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Tests.Training;
using MLExtensions.Trainers.Training;

namespace MLExtensions.Trainers.Tests.Regularization;

public sealed class NormCollapseTests
{
    private static readonly Architecture Plain = Architecture.Mlp([16]);

    [Theory]
    [InlineData("sgd", false)]
    [InlineData("sgd", true)]
    [InlineData("adam", false)]
    public void A_coefficient_that_makes_norms_collapse_stops_the_fit_and_the_last_good_weights_are_kept(string optimizer, bool decoupled)
    {
        var warnings = new List<string>();
        LoopSettings settings = Toy.Settings(60) with
        {
            Optimizer = optimizer == "sgd" ? Optimizer.Sgd(0, false) : Optimizer.Adam(),
            LearningRate = optimizer == "sgd" ? 0.05 : 0.01,
            GradientClipping = null,
            Schedule = LearningRateSchedule.Constant(),
            Regularizers = [Regularizer.ScaleShiftInvariant(optimizer == "sgd" ? 0.6 : 20, decoupled: decoupled)],
            Warn = warnings.Add,
        };

        TrainingOutcome outcome = Toy.Fit(settings, recipe: Plain);

        Assert.Equal(StopReason.NormCollapse, outcome.StopReason);
        Assert.InRange(outcome.Epochs.Count, 1, 59);
        Assert.Equal(outcome.Epochs.Count, outcome.BestEpoch);
        string warning = Assert.Single(warnings);
        Assert.Contains(".weight' collapsed from", warning, StringComparison.Ordinal);
        Assert.Contains(optimizer == "sgd" ? "lambda1 = 0.6" : "lambda1 = 20", warning, StringComparison.Ordinal);
        Assert.Contains($"after epoch {outcome.Epochs.Count}, whose weights are kept", warning, StringComparison.Ordinal);
        Assert.Equal(Toy.Fit(settings with { Epochs = outcome.Epochs.Count }, recipe: Plain).Parameters, outcome.Parameters);
    }

    [Fact]
    public void With_early_stopping_the_best_weights_are_kept()
    {
        LoopSettings settings = Toy.Settings(60) with
        {
            Optimizer = Optimizer.Sgd(0, false),
            LearningRate = 0.05,
            GradientClipping = null,
            Patience = 60,
            Schedule = LearningRateSchedule.Constant(),
            Regularizers = [Regularizer.ScaleShiftInvariant(0.6)],
        };

        TrainingOutcome outcome = Toy.Fit(settings, recipe: Plain);

        Assert.Equal(StopReason.NormCollapse, outcome.StopReason);
        Assert.Equal(outcome.Epochs.MinBy(epoch => epoch.ValidationLoss)!.Epoch, outcome.BestEpoch);
    }

    [Fact]
    public void In_the_first_epoch_it_is_an_error_that_names_weight_and_coefficient()
    {
        var error = Assert.ThrowsAny<InvalidOperationException>(() => Toy.Fit(Toy.Settings() with
        {
            Optimizer = Optimizer.Sgd(0, false),
            LearningRate = 0.05,
            GradientClipping = null,
            Regularizers = [Regularizer.ScaleShiftInvariant(1e4)],
        }, recipe: Plain));

        Assert.Contains("lambda1 = 1e+04", error.Message, StringComparison.Ordinal);
        Assert.Contains("weight'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ordinary_coefficient_runs_to_the_end() =>
        Assert.Equal(StopReason.EpochsDone, Toy.Fit(Toy.Settings(20) with { Regularizers = [Regularizer.ScaleShiftInvariant(1e-2)] }, recipe: Plain).StopReason);

    [Fact]
    public void A_penalty_that_normalisation_leaves_only_the_head_says_so()
    {
        var warnings = new List<string>();
        using Net normalized = Net.Create(Toy.Recipe, 4, 2, TestDevices.Get("cpu"));
        using Net plain = Net.Create(Plain, 4, 2, TestDevices.Get("cpu"));

        RegularizerSet.CreateHooks([Regularizer.ScaleShiftInvariant()], plain, warn: warnings.Add);
        Assert.Empty(warnings);
        RegularizerSet.CreateHooks([Regularizer.ScaleShiftInvariant()], normalized, warn: warnings.Add);

        Assert.Contains("acts only on 'head.weight'", Assert.Single(warnings), StringComparison.Ordinal);
    }
}
