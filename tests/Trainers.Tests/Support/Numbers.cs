using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests;

/// <summary>Seeded test data.</summary>
internal static class Numbers
{
    public static float[] Uniform(int count, long seed, float low = -1, float high = 1)
    {
        var values = new float[count];
        SeededRandom.Derive(seed).FillUniform(values, low, high);
        return values;
    }

    public static Tensor Tensor(Device device, long seed, params long[] shape) =>
        HostTensor.Create<float>(Uniform((int)shape.Aggregate(1L, (a, b) => a * b), seed), device).reshape(shape);

    public static float[] ToFloats(Tensor tensor) => FlatParameters.ToArray(tensor.contiguous().flatten());

    public static double[] ToDoubles(Tensor tensor) => Array.ConvertAll(FlatParameters.ToArray(tensor.contiguous().flatten()), value => (double)value);
}
