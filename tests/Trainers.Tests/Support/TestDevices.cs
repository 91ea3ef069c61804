using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests;

/// <summary>The devices on which tensor tests run: the CPU, and CUDA where one is present.</summary>
public static class TestDevices
{
    public static TheoryData<string> All
    {
        get
        {
            NativeTorch.EnsureLoaded();
            var names = new TheoryData<string> { "cpu" };
            if (cuda.is_available())
                names.Add("cuda:0");
            return names;
        }
    }

    internal static Device Get(string name)
    {
        NativeTorch.EnsureLoaded();
        return name == "cpu" ? CPU : new Device(DeviceType.CUDA, 0);
    }
}
