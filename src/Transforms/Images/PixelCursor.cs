using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Transforms.Rows;

namespace MLExtensions.Transforms.Images;

/// <summary>
/// Reads rows ahead and decodes their pictures on the thread pool, so that pixels are ready when the consumer comes for them: a ring of rows, bounded in bytes.
/// An error belongs to its row: it is thrown by that row's getter of the pixels.
/// </summary>
internal sealed class PixelCursor : DataViewRowCursor
{
    private const long MostPendingBytes = 256 << 20;

    private readonly DataViewRowCursor _input;
    private readonly DataViewSchema _schema;
    private readonly ActiveColumns _active;
    private readonly PixelStage _stage;
    private readonly PixelInput _pictures;
    private readonly ColumnBuffer?[] _buffers;
    private readonly ValueGetter<DataViewRowId> _idGetter;
    private readonly Task[] _tasks;
    private readonly byte[][] _pixels; // [slot][pixels]
    private readonly long[] _batches;
    private readonly DataViewRowId[] _ids;
    private int _head;
    private int _held;
    private bool _onRow;
    private bool _ended;
    private long _position = -1;

    public PixelCursor(DataViewRowCursor input, DataViewSchema schema, ActiveColumns active, PixelStage stage)
    {
        _input = input;
        _schema = schema;
        _active = active;
        _stage = stage;
        _pictures = PixelInput.Of(input, stage);
        int size = stage.LookAhead;
        _tasks = new Task[size];
        Array.Fill(_tasks, Task.CompletedTask);
        _pixels = new byte[size][];
        _batches = new long[size];
        _ids = new DataViewRowId[size];
        _idGetter = input.GetIdGetter();
        _buffers = new ColumnBuffer?[input.Schema.Count];
        for (int i = 0; i < _buffers.Length; i++)
            if (active[i])
                _buffers[i] = ColumnBuffer.Create(input, input.Schema[i], size);
    }

    public override long Position => _onRow ? _position : -1;

    public override long Batch => _onRow ? _batches[_head] : 0;

    public override DataViewSchema Schema => _schema;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[Slot()];

    public override bool MoveNext()
    {
        if (_onRow)
        {
            Task.WaitAny(_tasks[_head]); // the slot is used again; an error that nobody asked for is nobody's
            _head = (_head + 1) % _tasks.Length;
            _held--;
        }

        _onRow = false;
        while (!_ended && _held < _tasks.Length && (_held < 2 || _pictures.PendingBytes < MostPendingBytes))
            Start();
        _onRow = _held > 0;
        _position++;
        return _onRow;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _active.Check(column);
        Delegate getter = column.Index < _buffers.Length ? _buffers[column.Index]!.CreateGetter(Slot) : (ValueGetter<VBuffer<float>>)GetPixels;
        return ActiveColumns.Cast<TValue>(getter, column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (Task task in _tasks)
                Task.WaitAny(task);
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Slot() => _onRow ? _head : throw new InvalidOperationException("The cursor is not on a row: MoveNext was not called, or returned false.");

    private void Start()
    {
        if (!_input.MoveNext())
        {
            _ended = true;
            return;
        }

        int slot = (_head + _held) % _tasks.Length;
        foreach (ColumnBuffer? buffer in _buffers)
            buffer?.Capture(slot);
        _batches[slot] = _input.Batch;
        _idGetter(ref _ids[slot]);
        PixelInput.Job job = _pictures.Take();
        byte[] target = _pixels[slot] ??= new byte[_stage.Format.Length];
        _tasks[slot] = Task.Run(() => job(target));
        _held++;
    }

    private void GetPixels(ref VBuffer<float> value)
    {
        int slot = Slot();
        _tasks[slot].GetAwaiter().GetResult();
        Copy(_pixels[slot], ref value);
    }

    /// <summary>Bytes as Single.</summary>
    internal static void Copy(byte[] pixels, ref VBuffer<float> value)
    {
        VBufferEditor<float> editor = VBufferEditor.Create(ref value, pixels.Length);
        TensorPrimitives.ConvertChecked<byte, float>(pixels, editor.Values);
        value = editor.Commit();
    }
}
