namespace MLExtensions.Benchmarks.Transport;

/// <summary>Points that anyone can draw again: each coordinate is the sum of four SplitMix64 uniforms, less 2, plus a shift.</summary>
internal static class SplitMixPoints
{
    public static float[] Draw(ulong seed, int count, int width, double shift)
    {
        var values = new float[(long)count * width];
        ulong state = seed;
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(Next(ref state) + Next(ref state) + Next(ref state) + Next(ref state) - 2 + shift);
        return values;
    }

    private static double Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (z >> 11) * (1.0 / (1UL << 53));
    }
}
