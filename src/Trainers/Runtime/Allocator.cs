using System.Runtime.InteropServices;

namespace MLExtensions.Trainers.Runtime;

/// <summary>
/// The native allocator. A training loop frees and allocates the same large tensors in every step; glibc returns each to the system and faults it in again,
/// and fragments in between. Elsewhere than on glibc all of this does nothing.
/// </summary>
internal static partial class Allocator
{
    private const int TrimThreshold = -1; // M_TRIM_THRESHOLD
    private const int TopPad = -2;        // M_TOP_PAD
    private const int MmapMax = -4;       // M_MMAP_MAX

    private static readonly object Gate = new();
    private static readonly bool IsGlibc = OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "malloc_trim", out _);

    // The settings belong to the process, and so does the number of fits that need them.
    private static int _open;

    /// <summary>Gives free memory back to the system.</summary>
    public static void Trim()
    {
        if (IsGlibc)
            _ = MallocTrim(0);
    }

    /// <summary>
    /// Lets the process keep freed memory until the scope is disposed; then glibc's initial settings come back and free memory goes to the system.
    /// Of several scopes at once the last one to go does that. glibc cannot be asked for its settings: those that the application set itself are lost.
    /// </summary>
    public static IDisposable KeepMemory()
    {
        lock (Gate)
        {
            if (_open++ == 0)
                Set(mmapMax: 0, trimThreshold: 2_000_000_000, topPad: 64 << 20);
        }

        return new Scope();
    }

    private static void Release()
    {
        lock (Gate)
        {
            if (--_open == 0)
                Set(mmapMax: 65_536, trimThreshold: 128 << 10, topPad: 0);
        }

        ShrinkArena();
        Trim();
    }

    /// <summary>malloc_trim leaves the free end of an arena other than the main one, up to 64 MiB; a free of this size in the thread's own gives it back.</summary>
    private static unsafe void ShrinkArena()
    {
        if (IsGlibc)
            NativeMemory.Free(NativeMemory.Alloc(100 << 10));
    }

    private static void Set(int mmapMax, int trimThreshold, int topPad)
    {
        if (!IsGlibc)
            return;
        _ = MallOpt(MmapMax, mmapMax);
        _ = MallOpt(TrimThreshold, trimThreshold);
        _ = MallOpt(TopPad, topPad);
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int MallOpt(int parameter, int value);

    private sealed class Scope : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                Release();
        }
    }
}
