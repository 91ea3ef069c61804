using System.Runtime.InteropServices;
using MLExtensions.Trainers.Runtime;

namespace MLExtensions.Trainers.Tests.Runtime;

[Collection(nameof(ProcessSettings))]
public sealed unsafe partial class AllocatorTests
{
    private const int Size = 16 << 20;

    [Fact]
    public void Freed_memory_stays_until_the_last_scope_goes()
    {
        IDisposable first = Allocator.KeepMemory(), second = Allocator.KeepMemory();
        try
        {
            nint page = Freed();
            Assert.True(IsResident(page) || !OperatingSystem.IsLinux(), "freed memory went back at once");
            first.Dispose();
            first.Dispose(); // counts once
            page = Freed();
            Assert.True(IsResident(page) || !OperatingSystem.IsLinux(), "the first scope to go ended the other");
            second.Dispose();
            Assert.False(IsResident(page), "freed memory stayed after the last scope");
        }
        finally
        {
            first.Dispose();
            second.Dispose();
        }
    }

    [Fact]
    public void Without_a_scope_large_blocks_go_back_at_once_also_after_one()
    {
        Allocator.KeepMemory().Dispose();
        nint page = Freed();
        Allocator.Trim();

        Assert.False(IsResident(page));
    }

    /// <summary>A page in the middle of a block that was written and freed.</summary>
    private static nint Freed()
    {
        void* block = NativeMemory.Alloc(Size);
        new Span<byte>(block, Size).Fill(1);
        nint page = (nint)block + (Size / 2);
        NativeMemory.Free(block);
        return page / Environment.SystemPageSize * Environment.SystemPageSize;
    }

    private static bool IsResident(nint page)
    {
        byte resident = 0;
        return OperatingSystem.IsLinux() && InCore(page, 1, &resident) == 0 && (resident & 1) == 1;
    }

    [LibraryImport("libc", EntryPoint = "mincore")]
    private static partial int InCore(nint address, nuint length, byte* resident);
}
