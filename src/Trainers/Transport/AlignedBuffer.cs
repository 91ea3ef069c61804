using System.Runtime.InteropServices;

namespace MLExtensions.Trainers.Transport;

/// <summary>Native memory on whole vectors; large blocks on huge pages where Linux has them, as a fault per 4 KiB costs as much as the arithmetic.</summary>
internal sealed unsafe class AlignedBuffer<T> : IDisposable
    where T : unmanaged
{
    private const nuint CacheLine = 64;
    private const nuint HugePage = 2 << 20;

    public AlignedBuffer(long length)
    {
        Length = length;
        nuint bytes = checked((nuint)Math.Max(length, 1) * (nuint)sizeof(T));
        bool large = bytes >= 4 * HugePage;
        Pointer = (T*)NativeMemory.AlignedAlloc(bytes, large ? HugePage : CacheLine);
        GC.AddMemoryPressure((long)bytes);
        if (large)
            HugePages.Advise((nint)Pointer, bytes);
    }

    ~AlignedBuffer() => Free();

    public T* Pointer { get; private set; }

    public long Length { get; }

    public void Clear() => NativeMemory.Clear(Pointer, (nuint)(Length * sizeof(T)));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Pointer is null)
            return;
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
        GC.RemoveMemoryPressure(Math.Max(Length, 1) * sizeof(T));
    }
}
