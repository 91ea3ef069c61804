using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Optimizers;

/// <summary>
/// Steps all parameters of a net at once along their flat gradient. On the CPU with one thread that is one pass of SIMD code over the buffers (torch's own
/// operations make eight); with several threads, or on a GPU, a handful of torch operations with every scalar held: torch's threads hold the pieces of the
/// buffers in their caches, and a second team of threads would fight them for the cores.
/// </summary>
internal abstract class StepRule : IDisposable
{
    private readonly RadialProjection? _projection;

    private protected StepRule(FlatParameters parameters, int threads, int states, RadialProjection? projection = null)
    {
        _projection = projection;
        Parameters = parameters;
        Threads = threads;
        States = [.. Enumerable.Range(0, states).Select(_ => zeros_like(parameters.Values).DetachFromDisposeScope())];
    }

    /// <summary>Steps taken so far.</summary>
    public long Steps { get; private set; }

    /// <summary>The rule's memory, each as long as the parameters: momentum, or first and second moment.</summary>
    public IReadOnlyList<Tensor> States { get; }

    /// <summary>For each state the power with which it follows the gradient's scale: 1 for a mean of gradients, 2 for one of squares.</summary>
    public abstract IReadOnlyList<int> StatePowers { get; }

    private protected FlatParameters Parameters { get; }

    private protected int Threads { get; }

    /// <summary>Takes one step with the gradient that the parameters hold.</summary>
    /// <param name="learningRate">η.</param>
    public void Step(double learningRate)
    {
        Steps++;
        _projection?.BeforeStep();
        if (Parameters.OnCpu && Threads == 1)
            StepInOnePass(learningRate);
        else
            StepByTorch(learningRate);
        _projection?.AfterStep();
    }

    /// <summary>Writes the steps and the memory.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(Steps);
        foreach (Tensor state in States)
            FlatParameters.Write(writer, state);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(BinaryReader reader)
    {
        Steps = reader.ReadInt64();
        foreach (Tensor state in States)
            FlatParameters.Read(reader, state);
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        foreach (Tensor state in States)
            state.Dispose();
        _projection?.Dispose();
    }

    private protected abstract void StepInOnePass(double learningRate);

    private protected abstract void StepByTorch(double learningRate);
}
