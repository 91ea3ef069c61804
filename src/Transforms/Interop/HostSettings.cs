using Microsoft.ML.Runtime;

namespace MLExtensions.Transforms.Interop;

/// <summary>The settings of the <see cref="Microsoft.ML.MLContext"/> behind an environment.</summary>
internal static class HostSettings
{
    /// <summary>The index of the GPU, or null.</summary>
    public static int? GpuDeviceId(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.GpuDeviceId;

    /// <summary>Whether the CPU serves when the GPU is missing.</summary>
    public static bool FallbackToCpu(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.FallbackToCpu ?? true;
}
