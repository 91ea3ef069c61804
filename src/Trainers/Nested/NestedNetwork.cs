using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Nested;

/// <summary>A fitted nested net: managed arrays, the truth from the fit on. Immutable.</summary>
/// <param name="Task">What the net predicts.</param>
/// <param name="Architecture">The recipe.</param>
/// <param name="Settings">Groups and ordering.</param>
/// <param name="InputWidth">Features per row.</param>
/// <param name="OutputWidth">Classes; 1 for binary; 2 for regression: mean and logarithm of the noise's variance.</param>
/// <param name="Parameters">In the order of <see cref="NestedLayout"/>.</param>
/// <param name="Statistics">With batch normalisation, for every width, narrowest first: for every layer the means, then the variances of its kept units.</param>
/// <param name="Report">What happened while it was fitted.</param>
internal sealed record NestedNetwork(
    NetTask Task,
    MlpArchitecture Architecture,
    NestedSettings Settings,
    int InputWidth,
    int OutputWidth,
    float[] Parameters,
    float[] Statistics,
    TrainingReport Report)
{
    /// <summary>Regression: the label's mean over the training rows.</summary>
    public float TargetMean { get; init; }

    /// <summary>Regression: the label's standard deviation over the training rows.</summary>
    public float TargetScale { get; init; } = 1;

    /// <summary>What is taken off each feature before the first layer; empty for nothing.</summary>
    public float[] FeatureMean { get; init; } = [];

    /// <summary>What each feature is multiplied by after that; empty for nothing.</summary>
    public float[] FeatureFactor { get; init; } = [];

    /// <summary>For every width, narrowest first, the temperature of the logits, or what is added to the logarithm of the noise's variance; empty for none.</summary>
    public float[] Calibration { get; init; } = [];

    /// <summary>Where the parameters are.</summary>
    public ParameterLayout Layout { get; } = NestedLayout.Of(Architecture, InputWidth, OutputWidth, Settings);

    /// <summary>One parameter.</summary>
    public ReadOnlySpan<float> Parameter(string name)
    {
        ParameterSlot slot = Layout[name];
        return Parameters.AsSpan(slot.Offset, slot.Length);
    }

    /// <summary>The groups of a hidden layer.</summary>
    public NestedGroups GroupsOf(int layer) => new(Architecture.Widths[layer], Settings);

    /// <summary>Units of every hidden layer at a width.</summary>
    public int[] UnitsAt(int step) => [.. Enumerable.Range(0, Architecture.Widths.Count).Select(layer => GroupsOf(layer).UnitsAt(step))];

    /// <summary>κ of the elements of a hidden layer's chain.</summary>
    public double[] KeepOf(int layer)
    {
        var logKeep = new double[GroupsOf(layer).Outcomes];
        if (logKeep.Length > 1)
            BernoulliChain.LogKeep(Array.ConvertAll(Parameter(NestedLayout.GatesOf(layer)).ToArray(), gate => (double)gate), logKeep);
        return Array.ConvertAll(logKeep, Math.Exp);
    }

    /// <summary>Numbers in <see cref="Statistics"/>.</summary>
    public static long StatisticsLength(MlpArchitecture recipe, NestedSettings settings)
    {
        if (recipe.Normalization != Normalization.Batch)
            return 0;
        NestedGroups[] groups = [.. recipe.Widths.Select(units => new NestedGroups(units, settings))];
        return settings.Steps.Sum(step => groups.Sum(group => 2L * group.UnitsAt(step)));
    }

    /// <summary>The calibration of a width; what changes nothing where there is none.</summary>
    public float CalibrationAt(int step) => Calibration.Length == 0 ? (Task == NetTask.Regression ? 0 : 1) : Calibration[step - Settings.Steps[0]];

    /// <summary>Where the statistics of a width start.</summary>
    public int StatisticsStart(int step) => Settings.Steps.TakeWhile(other => other < step).Sum(other => UnitsAt(other).Sum(units => 2 * units));
}
