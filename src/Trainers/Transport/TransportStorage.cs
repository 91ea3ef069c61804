namespace MLExtensions;

/// <summary>Where a transport solve has its kernel exp((f + g − M) / epsilon).</summary>
public enum TransportStorage
{
    /// <summary><see cref="Kernel"/> where it fits the memory budget, else <see cref="Tiles"/>. A kernel of over 32 MiB is kept from the ninth pass on, should the solve take as many.</summary>
    Automatic,

    /// <summary>Kept in memory: one pass over it per iteration.</summary>
    Kernel,

    /// <summary>Computed anew from the points in every iteration, a tile at a time: hardly any memory.</summary>
    Tiles,
}
