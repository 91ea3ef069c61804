using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Tests.Support;

/// <summary>A column of a <see cref="TestView"/>; counts how often it is read.</summary>
internal abstract class TestColumn(string name, DataViewType type)
{
    private int _reads;

    public delegate void Writer<T>(int row, ref T value);

    public string Name { get; } = name;

    public DataViewType Type { get; } = type;

    public int Reads => _reads;

    public abstract Delegate CreateGetter(Func<int> row);

    public static TestColumn Of<T>(string name, DataViewType type, Func<int, T> value) =>
        new Typed<T>(name, type, (int row, ref T target) => target = value(row));

    public static TestColumn Of<T>(string name, DataViewType type, Writer<T> write) => new Typed<T>(name, type, write);

    /// <summary>Vectors, dense or sparse as <paramref name="value"/> makes them.</summary>
    public static TestColumn Vector<T>(string name, PrimitiveDataViewType itemType, int size, Func<int, VBuffer<T>> value) =>
        new Typed<VBuffer<T>>(name, new VectorDataViewType(itemType, size), (int row, ref VBuffer<T> target) => value(row).CopyTo(ref target));

    /// <summary>The features of a row: small numbers that differ from row to row and are exact in any format.</summary>
    public static float[] FeaturesOf(int row) => [.. Enumerable.Range(0, Nets.Inputs).Select(i => ((row * 7) + (i * 13)) % 32 / 16f - 1 + row / 64f)];

    public static TestColumn Features(string name = "Features") =>
        Vector(name, NumberDataViewType.Single, Nets.Inputs, row => new VBuffer<float>(Nets.Inputs, FeaturesOf(row)));

    private sealed class Typed<T>(string name, DataViewType type, Writer<T> write) : TestColumn(name, type)
    {
        public override Delegate CreateGetter(Func<int> row) => (ValueGetter<T>)((ref T value) =>
        {
            Interlocked.Increment(ref _reads);
            write(row(), ref value);
        });
    }
}
