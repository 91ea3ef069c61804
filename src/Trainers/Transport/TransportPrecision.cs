namespace MLExtensions;

/// <summary>The arithmetic of a transport solve.</summary>
public enum TransportPrecision
{
    /// <summary><see cref="Mixed"/> for small problems (up to four million pairs), else <see cref="Single"/>. A tolerance below 1e-7 excludes <see cref="Single"/>.</summary>
    Automatic,

    /// <summary>Kernel and products in float32, potentials and long sums in float64. Plan entries are right to 2e-6 + 3e-7 · (range of the costs) / epsilon of the largest.</summary>
    Single,

    /// <summary>Products of the coordinates in float32 with short sums, all else in float64. Masses are right to about 1e-6.</summary>
    Mixed,

    /// <summary>All in float64.</summary>
    Double,
}
