using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// A net with variational weights and ordered masks: every training pass draws weights and, for each mask, a width. For regression the second output is the logarithm of
/// the noise's variance.
/// </summary>
internal abstract class NestedNet : Net
{
    /// <summary>Outside of this a gate learns nothing more: keeps b between 0.0067 and 0.9933.</summary>
    public const double MostGate = 5;

    private readonly Tensor? _fixedNoise; // [1, units], the gradient row of the noise output, which stays 0
    private readonly double _gate;
    private readonly float _logAlpha;

    /// <param name="recipe">One that <see cref="NestedRecipe"/> allows.</param>
    /// <param name="input">What a row of features is.</param>
    /// <param name="outputWidth">Outputs per row.</param>
    /// <param name="settings">Groups and ordering.</param>
    /// <param name="continuing">Probability b to go on to the next group at the start.</param>
    /// <param name="logAlpha">log α of all weights at the start.</param>
    /// <param name="device">Where to train.</param>
    private protected NestedNet(Architecture recipe, InputShape input, int outputWidth, NestedSettings settings, double continuing, double logAlpha, Device device)
        : base(recipe, input, outputWidth, device, NestedLayout.Of(recipe, input, outputWidth, settings))
    {
        Settings = settings;
        Plan = NestedPlan.Of(recipe, input, outputWidth);
        NestedGroups[] groups = Plan.Groups(settings);
        Masks = [.. groups.Select((group, i) => new OrderedMask(Parameters, group, i, settings))];
        Draws = new Generator(0, device);
        _gate = Math.Log(continuing / (1 - continuing));
        _logAlpha = (float)logAlpha;
        if (HasConstantNoise)
            _fixedNoise = Parameters.GradientOf(Parameters.Layout["head.weight"]).narrow(0, 1, 1).DetachFromDisposeScope();
    }

    /// <summary>Makes the net of a recipe.</summary>
    public static NestedNet Create(
        Architecture recipe, InputShape input, int outputWidth, NestedSettings settings, double continuing, double logAlpha, Device device) => recipe switch
        {
            MlpArchitecture mlp => new NestedMlpNet(mlp, input.Length, outputWidth, settings, continuing, logAlpha, device),
            ConvArchitecture conv => new NestedConvNet(conv, input, outputWidth, settings, continuing, logAlpha, device),
            _ => throw new NotSupportedException($"No nested net for the recipe {recipe.GetType().Name}."),
        };

    /// <summary>Groups and ordering.</summary>
    public NestedSettings Settings { get; }

    /// <summary>Which layers share which mask.</summary>
    public NestedPlan Plan { get; }

    /// <summary>One for each mask of the plan.</summary>
    public IReadOnlyList<OrderedMask> Masks { get; }

    /// <summary>τ of the soft masks.</summary>
    public double Temperature
    {
        set
        {
            foreach (OrderedMask mask in Masks)
                mask.Temperature = value;
        }
    }

    /// <summary>Draws the noise of the weights.</summary>
    private protected Generator Draws { get; }

    /// <summary>Draws the widths.</summary>
    private protected SeededRandom MaskDraws { get; private set; } = new(0);

    /// <summary>Whether the outputs are a mean and a noise that is the same for all rows.</summary>
    private bool HasConstantNoise => OutputWidth == 2 && Settings.Noise == NestedNoise.Constant && Settings.IsRegression;

    public override void Initialize(long seed)
    {
        base.Initialize(seed);
        (float[] values, float[] buffers) = Parameters.ToArrays();
        foreach (ParameterSlot slot in Parameters.Layout.Parameters)
        {
            Span<float> piece = values.AsSpan(slot.Offset, slot.Length);
            if (slot.Role == ParameterRole.WeightNoise)
                piece.Fill(_logAlpha);
            else if (slot.Role == ParameterRole.Gate && Settings.Ordering == NestedOrdering.Uniform)
                for (int i = 0; i < piece.Length; i++)
                    piece[i] = MathF.Log(piece.Length - i); // b_i = (K − i) / (K − i + 1) makes all widths equally likely
            else if (slot.Role == ParameterRole.Gate)
                piece.Fill((float)_gate);
            else if (slot.Name == "head.weight" && HasConstantNoise)
                piece[(slot.Length / 2)..].Clear();
        }

        Parameters.Set(values, buffers);
    }

    public override void BeginEpoch(long seed, int epoch)
    {
        Draws.manual_seed((long)(SeededRandom.Derive(seed, (long)RandomPurpose.WeightNoise, epoch).NextUInt64() >> 1));
        MaskDraws = SeededRandom.Derive(seed, (long)RandomPurpose.NestedMasks, epoch);
    }

    /// <summary>Means and variances of the products before every normalisation, over some training rows and drawn weights.</summary>
    /// <param name="features">[rows, inputs]</param>
    /// <param name="checkAlive">Called for every width.</param>
    /// <returns>For every width, narrowest first: for each layer the means of its kept units, then their variances.</returns>
    public abstract float[] CollectStatistics(Tensor features, Action checkAlive);

    /// <summary>To be called when the gradient of the output layer is there: constant noise has no gradient by the features.</summary>
    private protected void KeepNoiseConstant() => _fixedNoise?.zero_();

    public override void Dispose()
    {
        _fixedNoise?.Dispose();
        Draws.Dispose();
        base.Dispose();
    }
}
