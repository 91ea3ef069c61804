using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Runtime;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nets;

/// <summary>
/// A net that can be trained: forward and backward passes over its <see cref="FlatParameters"/>. Callers hold a no-grad guard and a dispose scope;
/// what a net remembers between the passes it disposes itself.
/// </summary>
internal abstract class Net : IDisposable
{
    private protected Net(Architecture architecture, InputShape input, int outputWidth, Device device, ParameterLayout? layout = null)
    {
        Architecture = architecture;
        Input = input;
        OutputWidth = outputWidth;
        Parameters = new FlatParameters(layout ?? ParameterLayout.Of(architecture, input, outputWidth), device);
    }

    /// <summary>The recipe.</summary>
    public Architecture Architecture { get; }

    /// <summary>What a row of features is.</summary>
    public InputShape Input { get; }

    /// <summary>Features per row.</summary>
    public int InputWidth => Input.Length;

    /// <summary>Outputs per row.</summary>
    public int OutputWidth { get; }

    /// <summary>What is trained.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>Whether the running statistics come from an earlier fit, so that whoever rescales weights must take them along.</summary>
    public bool HasFittedStatistics { get; set; }

    /// <summary>What a fit leaves as it is.</summary>
    public FrozenParts Frozen { get; private set; } = FrozenParts.None;

    /// <summary>Floating-point operations of a forward and backward pass, per row.</summary>
    public virtual double WorkPerRow => 6.0 * Parameters.Layout.WeightCount;

    /// <summary>Makes the net of a recipe, with all parameters zero.</summary>
    public static Net Create(Architecture architecture, InputShape input, int outputWidth, Device device, Precision precision = Precision.Float32) => architecture switch
    {
        MlpArchitecture mlp => new MlpNet(mlp, input.Length, outputWidth, device),
        ConvArchitecture conv => new ConvNet(conv, input, outputWidth, device, precision),
        _ => throw new NotSupportedException($"No net for the recipe {architecture.GetType().Name}."),
    };

    /// <summary>
    /// Draws the initial weights: He et al. (2015) for hidden layers, 1/fan-in for the output layer, uniform with that variance;
    /// biases and shifts 0, scales 1.
    /// </summary>
    public virtual void Initialize(long seed)
    {
        ParameterLayout layout = Parameters.Layout;
        var values = new float[layout.ParameterCount];
        for (int i = 0; i < layout.Parameters.Count; i++)
        {
            ParameterSlot slot = layout.Parameters[i];
            Span<float> piece = values.AsSpan(slot.Offset, slot.Length);
            if (slot.Role == ParameterRole.Weight)
            {
                double fanIn = slot.Length / slot.Shape[0];
                float bound = (float)Math.Sqrt((slot.Name.StartsWith("head.", StringComparison.Ordinal) ? 1 : 2) * 3 / fanIn);
                SeededRandom.Derive(seed, (long)RandomPurpose.Initialization, i).FillUniform(piece, -bound, bound);
            }
            else if (slot.Role == ParameterRole.NormScale)
            {
                piece.Fill(1);
            }
        }

        var buffers = new float[layout.BufferCount];
        foreach (ParameterSlot slot in layout.Buffers.Where(slot => slot.Role == ParameterRole.NormScale))
            buffers.AsSpan(slot.Offset, slot.Length).Fill(1);
        Parameters.Set(values, buffers);
    }

    /// <summary>Keeps some parts as they are from now on: statistics by itself, parameters with the hooks of the training loop.</summary>
    public virtual void Freeze(FrozenParts parts) => Frozen = parts;

    /// <summary>Restarts the random streams of a pass (dropout) for an epoch, so that a resumed fit draws what an uninterrupted one would.</summary>
    public abstract void BeginEpoch(long seed, int epoch);

    /// <summary>Raw outputs for rows of features.</summary>
    /// <param name="features">[batch, inputs]</param>
    /// <param name="training">True: batch statistics and dropout, and the net remembers what <see cref="Backward"/> needs.</param>
    /// <returns>[batch, outputs]</returns>
    public abstract Tensor Forward(Tensor features, bool training);

    /// <summary>Overwrites the flat gradient with that of the last training pass.</summary>
    /// <param name="outputGradient">[batch, outputs], the gradient of the loss by the outputs; consumed.</param>
    public abstract void Backward(Tensor outputGradient);

    /// <summary>
    /// The gradient by the features of something that depends on the outputs, through the net as it scores: running statistics, no dropout. The gradients of the
    /// parameters are not touched, nor is a training pass between its two halves.
    /// </summary>
    /// <param name="features">[batch, inputs]; not changed</param>
    /// <param name="outputGradient">From the outputs, [batch, outputs], which it must not keep, to the gradient by them, [batch, outputs], which the net consumes.</param>
    /// <returns>[batch, inputs], new</returns>
    public abstract Tensor InputGradient(Tensor features, Func<Tensor, Tensor> outputGradient);

    /// <inheritdoc/>
    public virtual void Dispose() => Parameters.Dispose();
}
