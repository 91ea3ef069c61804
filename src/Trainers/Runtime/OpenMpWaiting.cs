using System.Runtime.InteropServices;

namespace MLExtensions.Trainers.Runtime;

/// <summary>
/// How long torch's OpenMP threads spin for work before they sleep. By default that is millions of cycles, and when another process shares the cores a spinning thread
/// holds up the one it waits for: a fit on two threads then takes many times as long. A short spin costs next to nothing on quiet cores.
/// OpenMP reads the setting when its library is loaded, so this runs before libtorch is; a setting of the user's is left alone.
/// </summary>
internal static partial class OpenMpWaiting
{
    private const string SpinCount = "GOMP_SPINCOUNT";

    // Measured on two cores: as fast as the default on quiet cores, and beside a busy process a few times slower instead of seventy times.
    private const string Spins = "5000";

    /// <summary>Sets the short spin for libraries that are loaded later.</summary>
    public static void Shorten()
    {
        if (Environment.GetEnvironmentVariable(SpinCount) is null && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
            _ = SetEnvironment(SpinCount, Spins, overwrite: 0); // .NET's own setter does not reach native code
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
