using System.Buffers.Binary;
using System.Text;

namespace MLExtensions.Trainers.Runtime;

/// <summary>Edits the symbol-version needs of a 64-bit little-endian ELF image held in memory.</summary>
internal static class ElfVersionNeeds
{
    private const uint VersionNeedSection = 0x6ffffffe; // SHT_GNU_verneed
    private const byte WeakFlag = 2;                    // VER_FLG_WEAK
    private const int HeaderSize = 64;
    private const int MaxEntries = 100_000;             // bounds the work on a hostile image; real ones have a few dozen

    /// <summary>
    /// Flags every need of the version <paramref name="version"/> as weak: the dynamic loader then accepts a library that lacks that version.
    /// Never throws: whatever is not a sound image with such a need gives false, and the image must then not be used.
    /// </summary>
    public static bool TryMakeWeak(Span<byte> image, string version)
    {
        if (image.Length < HeaderSize || !image.StartsWith("\u007fELF\u0002\u0001"u8))
            return false;
        if (!TryRead64(image, 40, out long table))
            return false;
        int entrySize = BinaryPrimitives.ReadUInt16LittleEndian(image[58..]);
        int entryCount = BinaryPrimitives.ReadUInt16LittleEndian(image[60..]);
        byte[] name = Encoding.ASCII.GetBytes(version + "\0");
        int budget = MaxEntries;
        bool found = false;
        for (int i = 0; i < entryCount; i++)
        {
            long header = table + ((long)i * entrySize);
            if (!TryRead32(image, header + 4, out uint type))
                return false;
            if (type != VersionNeedSection)
                continue;
            if (!TryRead64(image, header + 24, out long needs) || !TryRead32(image, header + 40, out uint link)
                || !TryRead64(image, table + (link * (long)entrySize) + 24, out long strings))
                return false;
            if (!TryMakeWeak(image, needs, strings, name, ref budget, ref found))
                return false;
        }

        return found;
    }

    /// <summary>Walks the list of needed files and, per file, the list of needed versions. False where the lists lead out of the image.</summary>
    private static bool TryMakeWeak(Span<byte> image, long file, long strings, ReadOnlySpan<byte> name, ref int budget, ref bool found)
    {
        while (true)
        {
            if (!TryRead32(image, file, out uint head) || !TryRead32(image, file + 8, out uint first) || !TryRead32(image, file + 12, out uint nextFile))
                return false;
            long need = file + first;
            for (uint left = head >> 16; left > 0; left--)
            {
                if (--budget < 0 || !TryRead32(image, need + 4, out _) || !TryRead32(image, need + 8, out uint text)
                    || !TryRead32(image, need + 12, out uint nextNeed))
                    return false;
                if (IsAt(image, strings + text, name))
                {
                    image[(int)need + 4] |= WeakFlag;
                    found = true;
                }

                if (nextNeed == 0)
                    break;
                need += nextNeed;
            }

            if (nextFile == 0)
                return true;
            if (--budget < 0)
                return false;
            file += nextFile;
        }
    }

    private static bool IsAt(ReadOnlySpan<byte> image, long offset, ReadOnlySpan<byte> bytes) =>
        offset >= 0 && offset <= image.Length - bytes.Length && image.Slice((int)offset, bytes.Length).SequenceEqual(bytes);

    private static bool TryRead32(ReadOnlySpan<byte> image, long offset, out uint value)
    {
        bool inside = offset >= 0 && offset <= image.Length - sizeof(uint);
        value = inside ? BinaryPrimitives.ReadUInt32LittleEndian(image[(int)offset..]) : 0;
        return inside;
    }

    /// <summary>Reads a file offset; one that no image in memory can have is refused, so that sums of offsets cannot overflow.</summary>
    private static bool TryRead64(ReadOnlySpan<byte> image, long offset, out long value)
    {
        value = 0;
        if (offset < 0 || offset > image.Length - sizeof(long))
            return false;
        value = BinaryPrimitives.ReadInt64LittleEndian(image[(int)offset..]);
        return value >= 0 && value <= image.Length;
    }
}
