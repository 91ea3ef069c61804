using System.Security.Cryptography;
using MLExtensions.Trainers.Runtime;
using TorchSharp;

namespace MLExtensions.Trainers.Tests.Runtime;

public sealed class NativeTorchTests
{
    [Fact]
    public void Torch_computes_after_it_was_loaded()
    {
        NativeTorch.EnsureLoaded();

        using torch.Tensor matrix = torch.ones(3, 4);
        using torch.Tensor product = matrix.matmul(matrix.t());
        Assert.Equal(4f, product[1, 2].item<float>());
    }

    [Fact]
    public void Many_threads_may_ask_at_once()
    {
        Parallel.For(0, 32, _ => NativeTorch.EnsureLoaded());

        using torch.Tensor one = torch.ones(1);
        Assert.Equal(1, one.numel());
    }

    [Fact]
    public void Loading_leaves_the_packages_file_as_it_is()
    {
        string file = Directory.EnumerateFiles(AppContext.BaseDirectory, "*LibTorchSharp.*", SearchOption.AllDirectories).First(path => !path.EndsWith(".pdb"));
        byte[] before = SHA256.HashData(File.ReadAllBytes(file));

        NativeTorch.EnsureLoaded();

        Assert.Equal(before, SHA256.HashData(File.ReadAllBytes(file)));
    }

    [Fact]
    public void A_missing_library_names_the_packages_and_the_folders_searched()
    {
        string message = TorchAdvice.Compose("libtorch_cpu.so: cannot open shared object file", ["/nowhere/native"]);

        Assert.Contains("TorchSharp-cpu", message);
        Assert.Contains("TorchSharp-cuda-windows", message);
        Assert.Contains("TorchSharp-cuda-linux", message);
        Assert.Contains("0.107.0", message);
        Assert.Contains("/nowhere/native", message);
        Assert.Contains("libtorch_cpu.so", message);
    }

    [Fact]
    public void A_refused_standard_library_is_named()
    {
        string message = TorchAdvice.Compose("version `GLIBCXX_3.4.30' not found", []);

        Assert.Contains("GCC 12", message);
        if (OperatingSystem.IsLinux())
            Assert.Matches(@"here is GLIBCXX_3\.4\.\d+ \(/", message);
    }

    [Fact]
    public void A_libtorch_of_another_version_is_named_as_such() =>
        Assert.Contains("another version", TorchAdvice.Compose("libLibTorchSharp.so: undefined symbol: _ZN5torch", []));
}
