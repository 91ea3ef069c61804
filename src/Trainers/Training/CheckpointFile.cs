using System.Security.Cryptography;

namespace MLExtensions.Trainers.Training;

/// <summary>
/// One file that holds the state of a fit. Its name contains a fingerprint of options and data, so another fit never takes it for its own.
/// Written to a temporary file, flushed to the disk and renamed: a reader finds the old state or the new one, never half of one.
/// </summary>
/// <param name="folder">The folder; made when missing.</param>
/// <param name="fingerprint">Hexadecimal digits that identify the fit.</param>
internal sealed class CheckpointFile(string folder, string fingerprint)
{
    private static ReadOnlySpan<byte> Magic => "MLXCKPT1"u8;

    /// <summary>Full path of the file.</summary>
    public string Path { get; } = System.IO.Path.Combine(folder, $"fit-{fingerprint}.checkpoint");

    /// <summary>Finds out before a long fit whether the folder can be written.</summary>
    /// <exception cref="IOException">It can not.</exception>
    public void CheckWritable()
    {
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path + ".probe";
            File.WriteAllBytes(probe, [0]);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unwritable(e);
        }
    }

    /// <summary>Writes the state, replacing an older one.</summary>
    /// <exception cref="IOException">No space, or no right to write; the older state is still there.</exception>
    public void Save(Action<BinaryWriter> write)
    {
        string temporary = Path + ".tmp";
        try
        {
            using var body = new MemoryStream();
            using (var writer = new BinaryWriter(body, System.Text.Encoding.UTF8, leaveOpen: true))
                write(writer);
            ReadOnlySpan<byte> bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                file.Write(Magic);
                file.Write(SHA256.HashData(bytes));
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, Path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            try
            {
                File.Delete(temporary);
            }
            catch (Exception cleanup) when (cleanup is IOException or UnauthorizedAccessException)
            {
                // The first error is the one to report.
            }

            throw Unwritable(e);
        }
    }

    /// <summary>Reads the state, if there is one that is whole.</summary>
    /// <returns>False when there is none, or when it was damaged; a damaged file is as good as none.</returns>
    public bool TryLoad(Action<BinaryReader> read)
    {
        if (!File.Exists(Path))
            return false;
        byte[] bytes = File.ReadAllBytes(Path);
        int head = Magic.Length + SHA256.HashSizeInBytes;
        if (bytes.Length < head || !bytes.AsSpan(0, Magic.Length).SequenceEqual(Magic)
            || !SHA256.HashData(bytes.AsSpan(head)).AsSpan().SequenceEqual(bytes.AsSpan(Magic.Length, SHA256.HashSizeInBytes)))
            return false;
        using var reader = new BinaryReader(new MemoryStream(bytes, head, bytes.Length - head, writable: false));
        read(reader);
        return true;
    }

    /// <summary>Removes the file: the fit is done.</summary>
    public void Delete() => File.Delete(Path);

    private IOException Unwritable(Exception cause) => new(
        $"CheckpointFolder: cannot write '{Path}': {cause.Message} Free some space or give a folder that this process may write to.", cause);
}
