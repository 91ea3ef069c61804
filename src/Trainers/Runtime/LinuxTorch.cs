namespace MLExtensions.Trainers.Runtime;

/// <summary>
/// Loads libtorch and TorchSharp's native part on linux-x64. TorchSharp 0.107.0 was built with GCC 13 and asks for a newer libstdc++ (GLIBCXX_3.4.32) than
/// Debian 12 or Ubuntu 22.04 have, for one symbol that nothing uses. Where the system refuses the shipped file for that, a copy
/// with that need flagged weak is loaded, from memory; TorchSharp later finds it by its name. No file of a package is changed.
/// </summary>
internal static class LinuxTorch
{
    private const string Shim = "libLibTorchSharp.so";
    private const string UnusedVersion = "GLIBCXX_3.4.32";

    /// <summary>In order of dependency. The CUDA parts lie beside the others only in a CUDA build.</summary>
    private static readonly (string Name, bool Required)[] Libraries =
        [("libc10.so", true), ("libtorch_cpu.so", true), ("libc10_cuda.so", false), ("libtorch_cuda.so", false), ("libtorch.so", true)];

    /// <summary>Loads all of them, or throws; what was loaded before a failure stays loaded and is not loaded again.</summary>
    /// <exception cref="TorchNotAvailableException">A library is missing or refused.</exception>
    public static void Load(IReadOnlyList<string> folders)
    {
        if (LinuxLoader.IsLoaded(Shim))
            return;
        OpenMpWaiting.Shorten();
        foreach ((string name, bool required) in Libraries)
        {
            // A second copy of libtorch beside one that is already there would abort the process.
            if (LinuxLoader.IsLoaded(name))
                continue;
            string? path = Find(name, folders);
            if (path is null && !required)
                continue;
            if (LinuxLoader.TryLoad(path ?? name) is { } fault)
                throw new TorchNotAvailableException(TorchAdvice.Compose(fault, folders));
        }

        LoadShim(folders);
    }

    private static void LoadShim(IReadOnlyList<string> folders)
    {
        string? path = Find(Shim, folders);
        string? fault = LinuxLoader.TryLoad(path ?? Shim);
        if (fault is not null && path is not null && fault.Contains(UnusedVersion, StringComparison.Ordinal))
            fault = LoadWeakened(path);
        if (fault is not null)
            throw new TorchNotAvailableException(TorchAdvice.Compose(fault, folders));
    }

    private static string? LoadWeakened(string path)
    {
        byte[] image;
        try
        {
            image = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }

        if (!ElfVersionNeeds.TryMakeWeak(image, UnusedVersion))
            return $"{path}: not a library with a need of {UnusedVersion}";
        return LinuxLoader.TryLoadFromMemory(image, Shim) is null ? null : LoadFromPrivateFolder(image);
    }

    /// <summary>For systems that forbid code in anonymous memory: a folder with a random name that only this user can enter, gone after the load.</summary>
    private static string? LoadFromPrivateFolder(byte[] image)
    {
        try
        {
            DirectoryInfo folder = Directory.CreateTempSubdirectory("mlextensions-");
            try
            {
                string copy = Path.Combine(folder.FullName, Shim);
                File.WriteAllBytes(copy, image);
                return LinuxLoader.TryLoad(copy);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private static string? Find(string library, IReadOnlyList<string> folders) =>
        folders.Select(folder => Path.Combine(folder, library)).FirstOrDefault(File.Exists);
}
