using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace MLExtensions.Trainers.WeightFiles;

/// <summary>
/// A safetensors file, open for reading: 8 bytes of header length, a JSON header, raw little-endian numbers. The file is mapped, so only what is read costs
/// memory; it must not be shortened meanwhile. Not thread-safe.
/// </summary>
internal sealed unsafe class WeightFile : IDisposable
{
    private const int LengthBytes = 8;

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _data;

    private WeightFile(string path, MemoryMappedFile map, MemoryMappedViewAccessor view, byte* data, WeightFileHeader header)
    {
        Path = path;
        _map = map;
        _view = view;
        _data = data;
        Header = header;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What it holds.</summary>
    public WeightFileHeader Header { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no safetensors file; the message says what was found and what was expected.</exception>
    public static WeightFile Open(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"The weight file '{path}' does not exist; expected a safetensors file.", path);
        long length = new FileInfo(path).Length;
        if (length < LengthBytes + 2)
            throw Bad(path, $"it has {length} bytes; expected at least {LengthBytes + 2}");
        MemoryMappedFile map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        MemoryMappedViewAccessor? view = null;
        bool acquired = false;
        try
        {
            view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* start = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            acquired = true;
            start += view.PointerOffset;
            ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(start, LengthBytes));
            if (headerLength > (ulong)(length - LengthBytes))
                throw Bad(path, $"its first 8 bytes say that the header has {headerLength} bytes, but only {length - LengthBytes} follow; "
                    + "expected the length of the header (a file that was cut off, or another format: a .pth must be converted)");
            if (headerLength > WeightFileHeader.LargestHeader)
                throw Bad(path, $"its header has {headerLength} bytes; expected at most {WeightFileHeader.LargestHeader}");
            WeightFileHeader header;
            try
            {
                header = WeightFileHeader.Parse(new ReadOnlySpan<byte>(start + LengthBytes, (int)headerLength), length - LengthBytes - (long)headerLength);
            }
            catch (InvalidDataException e)
            {
                throw Bad(path, e.Message);
            }

            return new WeightFile(path, map, view, start + LengthBytes + headerLength, header);
        }
        catch
        {
            if (acquired)
                view!.SafeMemoryMappedViewHandle.ReleasePointer();
            view?.Dispose();
            map.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor as float32, in the order of its file: the last index fastest.</summary>
    /// <param name="entry">One of the header's.</param>
    /// <param name="target">[Count]</param>
    /// <exception cref="InvalidDataException">Its type is not one of F32, F16, BF16 and F64, or a number is not finite as float32.</exception>
    public void Read(WeightEntry entry, Span<float> target)
    {
        if (!WeightTypes.IsReadable(entry.Type))
            throw Bad(Path, $"tensor '{entry.Name}' has the type {WeightTypes.NameOf(entry.Type)}; expected F32, F16, BF16 or F64");
        if (entry.Count != target.Length)
            throw Bad(Path, $"tensor '{entry.Name}' has {entry.Count} numbers; expected {target.Length}");
        Convert(entry, target);
        for (int i = 0; i < target.Length; i++)
            if (!float.IsFinite(target[i]))
                throw Bad(Path, $"tensor '{entry.Name}' has {target[i]} at position {i} (as float32); expected finite numbers");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_view.SafeMemoryMappedViewHandle.IsClosed)
            return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    /// <summary>An error about a file.</summary>
    public static InvalidDataException Bad(string path, string why) => new($"The weight file '{path}' cannot be used: {why}.");

    private void Convert(WeightEntry entry, Span<float> target)
    {
        ObjectDisposedException.ThrowIf(_view.SafeMemoryMappedViewHandle.IsClosed, this);
        var bytes = new ReadOnlySpan<byte>(_data + entry.Begin, checked(target.Length * WeightTypes.SizeOf(entry.Type)));
        switch (entry.Type)
        {
            case WeightType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(target));
                break;
            case WeightType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), target);
                break;
            case WeightType.BF16:
                for (int i = 0; i < target.Length; i++)
                    target[i] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * 2)..]) << 16);
                break;
            default:
                for (int i = 0; i < target.Length; i++)
                    target[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * 8)..]);
                break;
        }
    }
}
