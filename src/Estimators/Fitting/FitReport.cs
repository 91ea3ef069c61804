using MLExtensions.Trainers.Training;

namespace MLExtensions.Estimators.Fitting;

/// <summary>The report of a finished fit.</summary>
internal static class FitReport
{
    /// <param name="options">The options of the fit.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="plan">The plan that was followed.</param>
    /// <param name="loop">The settings of its loop.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="metricName">The name of the validation metric.</param>
    /// <param name="parameters">Numbers that the model learned.</param>
    public static TrainingReport Of(
        NetworkTrainerOptions options, FitRequest request, FitPlan plan, LoopSettings loop, TrainingOutcome outcome, string metricName, int parameters) => new()
        {
            Epochs = outcome.Epochs,
            StopReason = outcome.StopReason,
            BestEpoch = outcome.BestEpoch,
            TrainingRows = request.Set.Rows,
            ValidationRows = request.Set.ValidationRows,
            SkippedRows = request.Set.SkippedRows,
            Seed = plan.Seed,
            Device = plan.Device,
            Threads = loop.Threads,
            Architecture = plan.Architecture.ToString(),
            Optimizer = InvariantText.Of(options.EffectiveOptimizer.ToString),
            Regularization = InvariantText.Of<IReadOnlyList<string>>(() => [.. loop.Regularizers.Select(regularizer => regularizer.ToString())]),
            Parameters = parameters,
            PretrainingRows = request.FineTuning.PretrainingRows,
            MetricName = metricName,
            Versions = new Dictionary<string, string>
            {
                ["MLExtensions"] = VersionOf(typeof(FitReport)),
                ["TorchSharp"] = VersionOf(typeof(TorchSharp.torch)),
                [".NET"] = Environment.Version.ToString(),
            },
        };

    private static string VersionOf(Type type) => type.Assembly.GetName().Version?.ToString(3) ?? "unknown";
}
