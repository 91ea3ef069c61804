using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Nested;

/// <summary>A fitted nested net: managed arrays, the truth from the fit on. Immutable.</summary>
/// <param name="Task">What the net predicts.</param>
/// <param name="Architecture">The recipe.</param>
/// <param name="Settings">Groups and ordering.</param>
/// <param name="Input">What a row of features is.</param>
/// <param name="OutputWidth">Classes; 1 for binary; 2 for regression: mean and logarithm of the noise's variance.</param>
/// <param name="Parameters">In the order of <see cref="NestedLayout"/>.</param>
/// <param name="Statistics">With batch normalisation, for every width, narrowest first: for every layer the means, then the variances of its kept units.</param>
/// <param name="Report">What happened while it was fitted.</param>
internal sealed record NestedNetwork(
    NetTask Task,
    Architecture Architecture,
    NestedSettings Settings,
    InputShape Input,
    int OutputWidth,
    float[] Parameters,
    float[] Statistics,
    TrainingReport Report)
{
    /// <summary>Regression: the label's mean over the training rows.</summary>
    public float TargetMean { get; init; }

    /// <summary>Regression: the label's standard deviation over the training rows.</summary>
    public float TargetScale { get; init; } = 1;

    /// <summary>Features per row.</summary>
    public int InputWidth => Input.Length;

    /// <summary>What is taken off each feature (of a convolutional net: each channel) before the first layer; empty for nothing.</summary>
    public float[] FeatureMean { get; init; } = [];

    /// <summary>What each feature is multiplied by after that; empty for nothing.</summary>
    public float[] FeatureFactor { get; init; } = [];

    /// <summary>For every width, narrowest first, the temperature of the logits, or what is added to the logarithm of the noise's variance; empty for none.</summary>
    public float[] Calibration { get; init; } = [];

    /// <summary>Where the parameters are.</summary>
    public ParameterLayout Layout { get; } = NestedLayout.Of(Architecture, Input, OutputWidth, Settings);

    /// <summary>Which layers share which mask.</summary>
    public NestedPlan Plan { get; } = NestedPlan.Of(Architecture, Input, OutputWidth);

    /// <summary>One parameter.</summary>
    public ReadOnlySpan<float> Parameter(string name)
    {
        ParameterSlot slot = Layout[name];
        return Parameters.AsSpan(slot.Offset, slot.Length);
    }

    /// <summary>The groups of a mask: of a perceptron, of a hidden layer.</summary>
    public NestedGroups GroupsOf(int mask) => new(Plan.Masks[mask], Settings);

    /// <summary>Units of every mask at a width.</summary>
    public int[] UnitsAt(int step) => [.. Plan.Groups(Settings).Select(groups => groups.UnitsAt(step))];

    /// <summary>The recipe of the plain net of a width.</summary>
    public Architecture RecipeAt(int step)
    {
        int[] units = UnitsAt(step);
        if (Architecture is MlpArchitecture mlp)
            return new MlpArchitecture(units, mlp.Activation, mlp.Normalization, 0);
        int[] channels = [.. Plan.Layers.Where(layer => layer.Mask >= 0).Select(layer => units[layer.Mask])];
        return units.SequenceEqual(Plan.Masks) ? Architecture : new NarrowedArchitecture((ConvArchitecture)Architecture, channels);
    }

    /// <summary>κ of the elements of a mask's chain.</summary>
    public double[] KeepOf(int mask)
    {
        var logKeep = new double[GroupsOf(mask).Outcomes];
        if (logKeep.Length > 1)
            BernoulliChain.LogKeep(Array.ConvertAll(Parameter(NestedLayout.GatesOf(mask)).ToArray(), gate => (double)gate), logKeep);
        return Array.ConvertAll(logKeep, Math.Exp);
    }

    /// <summary>Numbers in <see cref="Statistics"/>.</summary>
    public static long StatisticsLength(Architecture recipe, InputShape input, NestedSettings settings)
    {
        NestedPlan plan = NestedPlan.Of(recipe, input, 1);
        NestedGroups[] groups = plan.Groups(settings);
        return settings.Steps.Sum(step => StatisticsAt(plan, groups, step));
    }

    /// <summary>The calibration of a width; what changes nothing where there is none.</summary>
    public float CalibrationAt(int step) => Calibration.Length == 0 ? (Task == NetTask.Regression ? 0 : 1) : Calibration[step - Settings.Steps[0]];

    /// <summary>Where the statistics of a width start.</summary>
    public int StatisticsStart(int step)
    {
        NestedGroups[] groups = Plan.Groups(Settings);
        return (int)Settings.Steps.TakeWhile(other => other < step).Sum(other => StatisticsAt(Plan, groups, other));
    }

    private static long StatisticsAt(NestedPlan plan, NestedGroups[] groups, int step) =>
        plan.Layers.Where(layer => layer.Norm is not null).Sum(layer => 2L * groups[layer.Mask].UnitsAt(step));
}
