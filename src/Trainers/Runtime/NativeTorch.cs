using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Runtime;

/// <summary>
/// Makes sure that torch works in this process. To be called before the first torch call of every entry point: TorchSharp's static constructor
/// remembers a failure for ever, so nothing may touch it before its native libraries are in place.
/// </summary>
internal static class NativeTorch
{
    private static readonly object Gate = new();

    // A process has one libtorch: what is remembered here is a fact about the process. Only success is.
    private static volatile bool _loaded;

    /// <summary>Loads torch's native libraries and runs a first operation. Thread-safe, and one memory read once it has succeeded.</summary>
    /// <exception cref="TorchNotAvailableException">Torch cannot work here; the message says why and what to do. A later call tries again.</exception>
    public static void EnsureLoaded()
    {
        if (_loaded)
            return;
        lock (Gate)
        {
            if (_loaded)
                return;
            if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64)
                LinuxTorch.Load(SearchFolders());
            StartTorch();
            _loaded = true;
        }
    }

    /// <summary>Where an application's native libraries lie, in the order of the search.</summary>
    internal static IReadOnlyList<string> SearchFolders()
    {
        string known = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        string app = AppContext.BaseDirectory;
        return
        [
            .. known.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
            Path.Combine(app, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"),
            Path.Combine(app, "runtimes", "linux-x64", "native"),
            app,
        ];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StartTorch()
    {
        try
        {
            InitializeDeviceType(DeviceType.CPU);
            using Tensor one = ones(1);
            if (one.numel() != 1)
                throw new InvalidOperationException("A tensor of one element does not have one element.");
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException or DllNotFoundException or EntryPointNotFoundException
            or BadImageFormatException or ExternalException or InvalidOperationException)
        {
            throw new TorchNotAvailableException(TorchAdvice.Compose(e.GetBaseException().Message, []), e);
        }
    }
}
