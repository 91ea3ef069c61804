using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Training;

namespace MLExtensions.Estimators.Data;

/// <summary>One pass over the training columns of a data view; skips rows without a label and refuses numbers that are not finite.</summary>
internal sealed class RowReader : IRowStream
{
    private readonly TrainingColumns _columns;
    private readonly DataViewRowCursor _cursor;
    private readonly ValueGetter<VBuffer<float>> _features;
    private readonly Func<float> _label;
    private readonly ValueGetter<float>? _weight;
    private readonly float[] _zeros;
    private readonly string _set;
    private VBuffer<float> _buffer;

    /// <summary>Opens a pass.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="columns">Their columns.</param>
    /// <param name="set">What the rows are, for errors: "training set".</param>
    public RowReader(IDataView data, TrainingColumns columns, string set)
    {
        _columns = columns;
        _set = set;
        _zeros = new float[columns.Width];
        var needed = new List<DataViewSchema.Column> { columns.Features };
        if (columns.IsLabelled)
            needed.Add(columns.Label);
        if (columns.Weight is { } w)
            needed.Add(w);
        _cursor = data.GetRowCursor(needed);
        _features = _cursor.GetGetter<VBuffer<float>>(columns.Features);
        _label = columns.IsLabelled ? LabelGetter(_cursor, columns.Label, columns.Task) : static () => 0;
        _weight = columns.Weight is { } weight ? _cursor.GetGetter<float>(weight) : null;
    }

    /// <summary>The place of the row that was read last, rows without a label counted too.</summary>
    public long Position => _cursor.Position;

    /// <summary>Rows without a label so far.</summary>
    public long Skipped { get; private set; }

    public bool Read(Span<float> features, out float target, out float weight)
    {
        weight = 1;
        while (_cursor.MoveNext())
        {
            target = _label();
            if (float.IsNaN(target))
            {
                Skipped++;
                continue;
            }

            _features(ref _buffer);
            if (_buffer.Length != features.Length)
                throw new InvalidOperationException(
                    $"Feature column '{_columns.Features.Name}' has {_buffer.Length} values in row {_cursor.Position} of the {_set} (the first is 0); the schema says {features.Length}.");
            _buffer.CopyTo(features);
            if (TensorPrimitives.Dot(features, _zeros) != 0) // NaN where a value is NaN or infinite
                throw NotFinite(features);
            if (_columns.Task == NetTask.Regression && !float.IsFinite(target))
                throw new InvalidOperationException(
                    $"Label column '{_columns.Label.Name}' is {target} in row {_cursor.Position} of the {_set} (the first is 0); labels must be finite. Remove or repair the row.");
            ReadWeight(ref weight);
            return true;
        }

        target = float.NaN;
        return false;
    }

    public void Dispose() => _cursor.Dispose();

    private static Func<float> LabelGetter(DataViewRowCursor cursor, DataViewSchema.Column column, NetTask task) => task switch
    {
        NetTask.Regression => Getter<float>(cursor, column, value => value),
        NetTask.Binary => Getter<bool>(cursor, column, value => value ? 1 : 0),
        _ when column.Type.RawType == typeof(byte) => Getter<byte>(cursor, column, key => key == 0 ? float.NaN : key - 1),
        _ when column.Type.RawType == typeof(ushort) => Getter<ushort>(cursor, column, key => key == 0 ? float.NaN : key - 1),
        _ when column.Type.RawType == typeof(ulong) => Getter<ulong>(cursor, column, key => key == 0 ? float.NaN : key - 1),
        _ => Getter<uint>(cursor, column, key => key == 0 ? float.NaN : key - 1),
    };

    private static Func<float> Getter<T>(DataViewRowCursor cursor, DataViewSchema.Column column, Func<T, float> convert)
    {
        ValueGetter<T> getter = cursor.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return convert(value);
        };
    }

    private void ReadWeight(ref float weight)
    {
        if (_weight is null)
            return;
        _weight(ref weight);
        if (!(weight >= 0 && float.IsFinite(weight)))
            throw new InvalidOperationException(
                $"Weight column '{_columns.Weight!.Value.Name}' is {weight} in row {_cursor.Position} of the {_set} (the first is 0); weights must be finite and at least 0.");
    }

    private InvalidOperationException NotFinite(ReadOnlySpan<float> features)
    {
        int slot = 0;
        while (float.IsFinite(features[slot]))
            slot++;
        return new InvalidOperationException(
            $"Feature column '{_columns.Features.Name}' is {features[slot]} at slot {slot}{SlotName(slot)} in row {_cursor.Position} of the {_set} (the first is 0); "
            + "features must be finite. ml.Transforms.ReplaceMissingValues repairs missing values, ml.Data.FilterRowsByMissingValues drops the rows.");
    }

    private string SlotName(int slot)
    {
        if (_columns.Features.Annotations.Schema.GetColumnOrNull("SlotNames") is null)
            return "";
        VBuffer<ReadOnlyMemory<char>> names = default;
        _columns.Features.GetSlotNames(ref names);
        return slot < names.Length ? $" ('{names.GetItemOrDefault(slot)}')" : "";
    }
}
