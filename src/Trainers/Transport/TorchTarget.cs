using MLExtensions.Trainers.Runtime;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Transport;

/// <summary>A torch device to solve on. Nothing of torch is touched outside of this type and its passes, so a solve on the CPU needs no libtorch.</summary>
internal sealed class TorchTarget(Device device)
{
    public string Name => $"torch {device}";

    /// <summary>The CUDA device of an index.</summary>
    /// <exception cref="InvalidOperationException">It is missing.</exception>
    public static TorchTarget Find(int gpu)
    {
        NativeTorch.EnsureLoaded();
        return new TorchTarget(TorchDevice.Find(gpu, fallbackToCpu: false, out _));
    }

    /// <summary>Passes on this device.</summary>
    public TransportPass CreatePass(TransportProblem problem, MarginalSide rows, MarginalSide columns, bool transposed, TransportOptions options) => new TorchPass(
        problem.Geometry, rows, columns, transposed, problem.Epsilon, device, options.Precision == TransportPrecision.Single ? float32 : float64, options.CancellationToken);
}
