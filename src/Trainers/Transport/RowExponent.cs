using System.Runtime.Intrinsics;

namespace MLExtensions.Trainers.Transport;

/// <summary>How a row's t become exponents; see <see cref="TileSource{T}"/>.</summary>
internal readonly unsafe struct RowExponent<T>
    where T : unmanaged
{
    public RowExponent(TileSource<T> source, T* column, double row, double rowSquare)
    {
        IsRoot = source.IsRoot;
        Slope = Lanes.All<T>(IsRoot ? -source.Slope : source.Slope);
        Row = Lanes.All<T>(row);
        RowSquare = Lanes.All<T>(rowSquare);
        MinusTwo = Lanes.All<T>(-2);
        Column = column;
        ColumnSquare = source.ColumnSquare is null ? null : source.ColumnSquare.Pointer;
    }

    public readonly bool IsRoot;
    public readonly Vector512<T> Slope;
    public readonly Vector512<T> Row;
    public readonly Vector512<T> RowSquare;
    public readonly Vector512<T> MinusTwo;

    /// <summary>Potential and term of each column.</summary>
    public readonly T* Column;
    public readonly T* ColumnSquare;
}
