using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MLExtensions.Trainers.Runtime;

/// <summary>The dynamic loader of glibc, with the flags that .NET's own wrapper does not offer.</summary>
internal static partial class LinuxLoader
{
    private const int Lazy = 1;
    private const int Now = 2;
    private const int NoLoad = 4;
    private const uint CloseOnExec = 1;

    /// <summary>Whether a library of that name is in the process already.</summary>
    public static bool IsLoaded(string name) => Open(name, Lazy | NoLoad) != 0;

    /// <summary>
    /// Loads a library and resolves all of its symbols at once: one that does not fit its dependencies is refused here, where .NET's lazy
    /// loading would let the process die at the first call of a missing function.
    /// </summary>
    /// <returns>Null, or what the loader says is wrong.</returns>
    public static string? TryLoad(string path)
    {
        Error(); // clears what an earlier failure left, and makes sure that the call below does not itself load anything in between
        return Open(path, Now) != 0 ? null : Marshal.PtrToStringUTF8(Error()) ?? $"{path}: refused";
    }

    /// <summary>Loads an image from anonymous memory, which no other user can reach and no file system needs to hold.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public static string? TryLoadFromMemory(ReadOnlySpan<byte> image, string name)
    {
        int descriptor;
        try
        {
            descriptor = CreateMemoryFile(name, CloseOnExec);
        }
        catch (EntryPointNotFoundException)
        {
            return "memfd_create: not in this C library";
        }

        if (descriptor < 0)
            return $"memfd_create: {Marshal.GetLastPInvokeErrorMessage()}";
        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        string? fault;
        try
        {
            RandomAccess.Write(file, image, 0);
            fault = TryLoad($"/proc/self/fd/{descriptor}");
        }
        catch (IOException e)
        {
            fault = e.Message;
        }

        // The loader knows the library by this path from now on: the descriptor stays open, so that no other file can get its number.
        if (fault is null)
            file.SetHandleAsInvalid();
        file.Dispose();
        return fault;
    }

    [LibraryImport("libdl.so.2", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);

    [LibraryImport("libdl.so.2", EntryPoint = "dlerror")]
    private static partial nint Error();

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemoryFile(string name, uint flags);
}
