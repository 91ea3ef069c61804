using System.Text;

namespace MLExtensions.Trainers.Tests;

/// <summary>Numbers from a formula, by which the golden data of torchvision's nets are defined: SplitMix64, seeded by FNV-1a of a name.</summary>
internal static class GoldenFormula
{
    public const ulong InputSeed = 12345;

    /// <summary>u in [0, 1) for k = 1, 2, ...</summary>
    public static double Uniform(ulong seed, ulong k)
    {
        ulong z = seed + (k * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (z >> 11) * (1.0 / (1UL << 53));
    }

    public static ulong Seed(string key)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(key))
            hash = (hash ^ b) * 0x100000001B3;
        return hash;
    }

    /// <summary>The pictures: [count], between -2 and 2.</summary>
    public static float[] Input(int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(((2 * Uniform(InputSeed, (ulong)i + 1)) - 1) * 2);
        return values;
    }

    /// <summary>The values of a tensor of a state dictionary.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="gain">Of convolutions and products.</param>
    /// <param name="inNorm">Whether it belongs to a batch normalisation.</param>
    public static float[] Values(string key, int[] shape, double gain, bool inNorm)
    {
        var values = new float[shape.Aggregate(1, (a, b) => a * b)];
        double scale = shape.Length > 1 ? Math.Sqrt(3 * gain / (values.Length / shape[0]))
            : key.EndsWith(".running_mean", StringComparison.Ordinal) ? 0.5
            : inNorm ? 0.2 : 0.1;
        bool half = inNorm && (key.EndsWith(".weight", StringComparison.Ordinal) || key.EndsWith(".running_var", StringComparison.Ordinal));
        ulong seed = Seed(key);
        for (int i = 0; i < values.Length; i++)
        {
            double u = Uniform(seed, (ulong)i + 1);
            values[i] = (float)(half ? 0.5 + u : ((2 * u) - 1) * scale);
        }

        return values;
    }
}
