using System.Runtime.InteropServices;

namespace MLExtensions.Trainers.Transport;

/// <summary>Asks Linux for huge pages; elsewhere, and where they are switched off, nothing happens.</summary>
internal static partial class HugePages
{
    private const int MadviseHugePage = 14;

    /// <summary>Advises on a block.</summary>
    public static void Advise(nint address, nuint bytes)
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = Madvise(address, bytes, MadviseHugePage);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // another C library: small pages serve as well, only slower
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(nint address, nuint bytes, int advice);
}
