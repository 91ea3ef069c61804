using System.Numerics;

namespace MLExtensions.Trainers.Runtime;

/// <summary>
/// Our own random numbers: xoshiro256** (Blackman and Vigna 2018), its state filled by SplitMix64. Neither torch's nor .NET's global generators are
/// touched, and the same seed and path give the same stream in every version of .NET and torch. Not thread-safe, not for secrets.
/// </summary>
internal sealed class SeededRandom
{
    private const ulong Golden = 0x9e3779b97f4a7c15;

    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;
    private double _spareGaussian = double.NaN;

    /// <summary>The stream of a seed.</summary>
    public SeededRandom(long seed)
    {
        ulong state = (ulong)seed;
        (_s0, _s1, _s2, _s3) = (SplitMix(ref state), SplitMix(ref state), SplitMix(ref state), SplitMix(ref state));
    }

    /// <summary>A stream with a given state, which must not be all zero.</summary>
    internal SeededRandom(ulong s0, ulong s1, ulong s2, ulong s3) => (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);

    /// <summary>
    /// The stream of a purpose under a seed, for instance (seed, epoch, purpose): it depends on nothing that was drawn before,
    /// so a fit that is resumed in epoch 7 draws what it would have drawn uninterrupted.
    /// </summary>
    public static SeededRandom Derive(long seed, params ReadOnlySpan<long> path)
    {
        ulong key = (ulong)seed;
        foreach (long part in path)
            key = Mix(Mix(key + Golden) ^ (ulong)part); // asymmetric, so that the order of the path counts
        return new SeededRandom((long)key);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>64 random bits as a seed.</summary>
    public long NextInt64() => (long)NextUInt64();

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, 1), a multiple of 2^-24.</summary>
    public float NextSingle() => (NextUInt64() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in 0 to <paramref name="bound"/> - 1, each equally likely (Lemire 2019). The bound is at least 1.</summary>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        uint range = (uint)bound;
        ulong product = (NextUInt64() >> 32) * range;
        if ((uint)product < range)
            for (uint unfair = (0u - range) % range; (uint)product < unfair;)
                product = (NextUInt64() >> 32) * range;
        return (int)(product >> 32);
    }

    /// <summary>Normal with mean 0 and variance 1 (Marsaglia's polar method).</summary>
    public double NextGaussian()
    {
        double spare = _spareGaussian;
        if (!double.IsNaN(spare))
        {
            _spareGaussian = double.NaN;
            return spare;
        }

        double x, y, square;
        do
        {
            x = (2 * NextDouble()) - 1;
            y = (2 * NextDouble()) - 1;
            square = (x * x) + (y * y);
        }
        while (square is >= 1 or 0);
        double factor = Math.Sqrt(-2 * Math.Log(square) / square);
        _spareGaussian = y * factor;
        return x * factor;
    }

    /// <summary>Puts the items into a random order, each order equally likely (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = NextInt(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    /// <summary>Fills with uniform numbers between <paramref name="low"/> and <paramref name="high"/>.</summary>
    public void FillUniform(Span<float> target, float low, float high)
    {
        foreach (ref float value in target)
            value = low + ((high - low) * NextSingle());
    }

    /// <summary>Fills with normal numbers.</summary>
    public void FillGaussian(Span<float> target, float mean = 0, float deviation = 1)
    {
        foreach (ref float value in target)
            value = (float)(mean + (deviation * NextGaussian()));
    }

    /// <summary>The next number of SplitMix64 (Steele, Lea and Flood 2014).</summary>
    internal static ulong SplitMix(ref ulong state) => Mix(state += Golden);

    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
        return bits ^ (bits >> 31);
    }
}
