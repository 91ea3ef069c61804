using MLExtensions.Trainers.Runtime;
using TorchSharp;

namespace MLExtensions.Trainers.Tests.Runtime;

[Collection(nameof(ProcessSettings))]
public sealed class TorchThreadsTests
{
    [Theory]
    [InlineData(1e6, 16, 1)]
    [InlineData(1e12, 1, 1)]
    [InlineData(1e12, 2, 2)]
    [InlineData(1e12, 64, 8)]
    [InlineData(1e12, 0, 1)]
    public void Small_work_gets_one_thread_and_large_work_the_cores_up_to_a_cap(double work, int available, int threads) =>
        Assert.Equal(threads, TorchThreads.Choose(work, available));

    [Fact]
    public void Scopes_nest_and_restore_what_was_there()
    {
        NativeTorch.EnsureLoaded();
        int before = torch.get_num_threads();
        using (TorchThreads.Use(2))
        {
            Assert.Equal(2, torch.get_num_threads());
            using (TorchThreads.Use(1))
                Assert.Equal(1, torch.get_num_threads());
            Assert.Equal(2, torch.get_num_threads());
        }

        Assert.Equal(before, torch.get_num_threads());
    }

    [Fact]
    public void Fits_side_by_side_keep_their_own_number_and_the_last_restores_the_first_setting()
    {
        NativeTorch.EnsureLoaded();
        int before = torch.get_num_threads();
        using var bothOpen = new Barrier(2);
        int[] seen = new int[2];
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(index => new Thread(() =>
        {
            IDisposable scope = TorchThreads.Use(index + 2);
            bothOpen.SignalAndWait();
            seen[index] = torch.get_num_threads();
            bothOpen.SignalAndWait();
            if (index == 1)
                Thread.Sleep(20);
            scope.Dispose();
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        int after = 0;
        var fresh = new Thread(() => after = torch.get_num_threads());
        fresh.Start();
        fresh.Join();

        Assert.Equal([2, 3], seen);
        Assert.Equal(before, after);
    }

    [Fact]
    public void Less_than_one_thread_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => TorchThreads.Use(0));
}
