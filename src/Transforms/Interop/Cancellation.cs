using Microsoft.ML.Runtime;

namespace MLExtensions.Transforms.Interop;

/// <summary><see cref="Microsoft.ML.MLContext.CancelExecution"/>, as work inside a host sees it.</summary>
internal static class Cancellation
{
    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    public static void CheckAlive(IHost host) => Contracts.CheckAlive(host);
}
