using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Rows;

/// <summary>Keeps a source column's values of the rows that a cursor has read ahead.</summary>
internal abstract class ColumnBuffer
{
    private static readonly MethodInfo CreateScalarMethod = typeof(ColumnBuffer).GetMethod(nameof(CreateScalar), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo CreateVectorMethod = typeof(ColumnBuffer).GetMethod(nameof(CreateVector), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>A buffer for a column of any type.</summary>
    public static ColumnBuffer Create(DataViewRow row, DataViewSchema.Column column, int size)
    {
        (MethodInfo method, Type type) = column.Type is VectorDataViewType vector
            ? (CreateVectorMethod, vector.ItemType.RawType)
            : (CreateScalarMethod, column.Type.RawType);
        return (ColumnBuffer)method.MakeGenericMethod(type).Invoke(null, [row, column, size])!;
    }

    /// <summary>Stores the current value of the source.</summary>
    public abstract void Capture(int index);

    /// <summary>A getter of the stored value of the row that <paramref name="current"/> gives the place of.</summary>
    public abstract Delegate CreateGetter(Func<int> current);

    private static ScalarBuffer<T> CreateScalar<T>(DataViewRow row, DataViewSchema.Column column, int size) => new(row.GetGetter<T>(column), size);

    private static VectorBuffer<T> CreateVector<T>(DataViewRow row, DataViewSchema.Column column, int size) => new(row.GetGetter<VBuffer<T>>(column), size);

    private sealed class ScalarBuffer<T>(ValueGetter<T> getter, int size) : ColumnBuffer
    {
        private readonly T[] _values = new T[size];

        public override void Capture(int index)
        {
            // A getter of objects (images) disposes what it is handed, and this one's last object may still be in use.
            if (!typeof(T).IsValueType)
                _values[index] = default!;
            getter(ref _values[index]);
        }

        public override Delegate CreateGetter(Func<int> current) => (ValueGetter<T>)((ref T value) => value = _values[current()]);
    }

    private sealed class VectorBuffer<T>(ValueGetter<VBuffer<T>> getter, int size) : ColumnBuffer
    {
        private readonly VBuffer<T>[] _values = new VBuffer<T>[size];

        public override void Capture(int index) => getter(ref _values[index]);

        public override Delegate CreateGetter(Func<int> current) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[current()].CopyTo(ref value));
    }
}
