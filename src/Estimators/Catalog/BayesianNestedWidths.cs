using Microsoft.ML.Data;
using MLExtensions;
using MLExtensions.Estimators.Nested;
using MLExtensions.Trainers.Nets;

namespace Microsoft.ML;

/// <summary>Measures the widths of a nested net, chooses among them, and finds the net within a pipeline.</summary>
public static class BayesianNestedWidths
{
    /// <summary>Measures cost and worth of widths, with the draws of this view.</summary>
    /// <param name="model">The fitted net.</param>
    /// <param name="validation">Rows with features and label, as for training; not the training rows.</param>
    /// <param name="widths">Which widths; null for eight of them, from the narrowest to 1.</param>
    /// <exception cref="ArgumentException">A column is missing or has another type, or there are no rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A width that the net does not have.</exception>
    public static WidthTable MeasureWidths(this BayesianNestedTransformer model, IDataView validation, IReadOnlyList<double>? widths = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(validation);
        if (widths is { Count: 0 })
            throw new ArgumentException("widths is empty; give at least one width, or null for eight of them.", nameof(widths));
        var meter = new WidthMeter(model, validation);
        return new WidthTable([.. (widths ?? Eight(model.Model.Widths)).Distinct().Order().Select(meter.Measure)]);
    }

    /// <summary>Chooses the threshold of an adaptive width from validation rows (classification).</summary>
    /// <param name="model">The fitted net, with the draws to use.</param>
    /// <param name="validation">Rows with features and label, not the training rows. The accuracy that is kept is that on these rows: take a thousand or more.</param>
    /// <param name="start">The narrow width that every row is scored at.</param>
    /// <param name="max">The wide width for rows that are not sure.</param>
    /// <param name="accuracyLossAtMost">How much less accurate than the wide width it may be, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A width that the net does not have, or a loss below 0.</exception>
    /// <exception cref="InvalidOperationException">The net is a regression.</exception>
    public static AdaptiveWidthChoice ChooseAdaptiveWidth(
        this BayesianNestedTransformer model, IDataView validation, double start = 0.25, double max = 1, double accuracyLossAtMost = 0.001) =>
        ChooseAdaptiveWidth(model, validation, [start], max, accuracyLossAtMost);

    /// <summary>Chooses the narrow width of an adaptive width, and its threshold, from validation rows (classification): the start whose mean cost is lowest.</summary>
    /// <param name="model">The fitted net, with the draws to use.</param>
    /// <param name="validation">Rows with features and label, not the training rows. The accuracy that is kept is that on these rows: take some thousands, more than for one start.</param>
    /// <param name="starts">Narrow widths to choose from, such as <c>model.Model.Widths</c>; those above <paramref name="max"/> are passed over.</param>
    /// <param name="max">The wide width for rows that are not sure.</param>
    /// <param name="accuracyLossAtMost">How much less accurate than the wide width it may be, at least 0.</param>
    /// <exception cref="ArgumentException">No start is given, or none up to <paramref name="max"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A width that the net does not have, or a loss below 0.</exception>
    /// <exception cref="InvalidOperationException">The net is a regression.</exception>
    public static AdaptiveWidthChoice ChooseAdaptiveWidth(
        this BayesianNestedTransformer model, IDataView validation, IReadOnlyList<double> starts, double max = 1, double accuracyLossAtMost = 0.001)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentNullException.ThrowIfNull(starts);
        if (!(accuracyLossAtMost >= 0))
            throw new ArgumentOutOfRangeException(nameof(accuracyLossAtMost), accuracyLossAtMost, "The accuracy that may be lost is at least 0, such as 0.001 for a tenth of a point.");
        if (model.Model.Network.Task == NetTask.Regression)
            throw new InvalidOperationException("A threshold is chosen by accuracy, which a regression does not have. Give one yourself: model.WithSamples(8).AdaptiveWidth(start, threshold).");
        double[] narrow = starts.Count == 1 ? [starts[0]] : [.. starts.Where(start => !(start > max)).Distinct()];
        if (narrow.Length == 0)
            throw new ArgumentException($"There is no start up to max ({max}) among {starts.Count} widths; give narrower ones, such as model.Model.Widths.", nameof(starts));
        var threshold = new AdaptiveThreshold(model, validation, max);
        return narrow.Select(start => threshold.Choose(start, accuracyLossAtMost)).MinBy(choice => choice.MeanCost)!;
    }

    /// <summary>What an adaptive width costs on some rows.</summary>
    /// <param name="model">A view with an adaptive width.</param>
    /// <param name="rows">Rows with features.</param>
    /// <exception cref="InvalidOperationException">The view has one width.</exception>
    public static AdaptiveCost MeasureAdaptiveCost(this BayesianNestedTransformer model, IDataView rows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        if (model.Model.AdaptiveStart is not { } start)
            throw new InvalidOperationException("This view has one width. Make one that widens with AdaptiveWidth or ChooseAdaptiveWidth.");
        float[] used = [.. model.Transform(rows).GetColumn<float>(UncertaintyColumnNames.WidthUsed)];
        double share = used.Length == 0 ? 0 : used.Count(width => width > (float)start) / (double)used.Length;
        return new AdaptiveCost(used.Length, share, AdaptiveThreshold.Cost(model.Model.MultiplyAddsAt(start), model.Model.MultiplyAddsAt(model.Model.Width), share));
    }

    /// <summary>The nested net in a fitted or loaded pipeline.</summary>
    /// <param name="model">A pipeline, or the net itself.</param>
    /// <exception cref="InvalidOperationException">There is none; the message says what there is instead.</exception>
    public static BayesianNestedTransformer FindBayesianNested(this ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Stages(model).OfType<BayesianNestedTransformer>().LastOrDefault() ?? throw NotNested(model);
    }

    /// <summary>A pipeline with another view of its nested net, such as <c>pipeline.WithBayesianNested(net =&gt; net.WithWidth(0.25))</c>. Saved like any other.</summary>
    /// <param name="model">A pipeline, or the net itself.</param>
    /// <param name="change">From the net to what takes its place: another view, or an extracted net.</param>
    /// <exception cref="InvalidOperationException">There is no nested net in it.</exception>
    public static ITransformer WithBayesianNested(this ITransformer model, Func<BayesianNestedTransformer, ITransformer> change)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(change);
        return Replaced(model, change) ?? throw NotNested(model);
    }

    private static ITransformer? Replaced(ITransformer model, Func<BayesianNestedTransformer, ITransformer> change)
    {
        if (model is BayesianNestedTransformer nested)
            return change(nested);
        if (model is not IEnumerable<ITransformer> stages)
            return null;
        ITransformer[] before = [.. stages], after = [.. before.Select(stage => Replaced(stage, change) ?? stage)];
        return before.SequenceEqual(after) ? null : new TransformerChain<ITransformer>(after);
    }

    private static IEnumerable<ITransformer> Stages(ITransformer model) => model is IEnumerable<ITransformer> stages ? stages.SelectMany(Stages) : [model];

    private static InvalidOperationException NotNested(ITransformer model) => new(
        Stages(model).OfType<NeuralNetworkTransformer>().Any()
            ? "This model holds a plain neural net, which has one width and no draws of its weights. Fit it with Trainers.BayesianNestedNetwork to have both."
            : $"There is no Bayesian nested net in this model. Its stages are: {string.Join(", ", Stages(model).Select(stage => stage.GetType().Name))}.");

    private static double[] Eight(IReadOnlyList<double> widths) =>
        widths.Count <= 8 ? [.. widths] : [.. Enumerable.Range(0, 8).Select(i => widths[(int)Math.Round(i * (widths.Count - 1) / 7.0)])];
}
