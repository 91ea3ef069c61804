using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Runtime;

/// <summary>Finds the device that was asked for.</summary>
internal static class TorchDevice
{
    /// <summary>The CPU where <paramref name="gpu"/> is null, else the CUDA device of that index.</summary>
    /// <param name="gpu">Index of the CUDA device, or null.</param>
    /// <param name="fallbackToCpu">Whether the CPU is used when the device is missing.</param>
    /// <param name="fellBack">Whether that happened.</param>
    /// <exception cref="InvalidOperationException">The device is missing.</exception>
    public static Device Find(int? gpu, bool fallbackToCpu, out bool fellBack)
    {
        fellBack = false;
        if (gpu is not { } index)
            return CPU;
        int count = cuda.is_available() ? cuda.device_count() : 0;
        if (index < count)
            return new Device(DeviceType.CUDA, index);
        fellBack = true;
        if (fallbackToCpu)
            return CPU;
        throw new InvalidOperationException(
            $"GpuDeviceId is {index}, but {(count == 0 ? "no CUDA device is available" : $"only {count} CUDA devices are there (0 to {count - 1})")}. "
            + "A GPU needs an NVIDIA driver and, instead of TorchSharp-cpu, the package TorchSharp-cuda-windows or TorchSharp-cuda-linux of version 0.107.0. "
            + "Set FallbackToCpu = true to use the CPU when there is none, or leave GpuDeviceId out.");
    }
}
