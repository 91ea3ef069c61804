namespace MLExtensions;

/// <summary>The arithmetic of a transport solve.</summary>
public enum TransportPrecision
{
    /// <summary><see cref="Mixed"/> for small problems (up to four million pairs), else <see cref="Single"/>. A tolerance below 1e-7 excludes <see cref="Single"/>.</summary>
    Automatic,

    /// <summary>Kernel and products in float32, potentials and long sums in float64. Plan entries are right to about 1e-6 · cost / epsilon.</summary>
    Single,

    /// <summary>Products of the coordinates in float32 with short sums, all else in float64. Plan entries are right to about 1e-7 · cost / epsilon.</summary>
    Mixed,

    /// <summary>All in float64.</summary>
    Double,
}
