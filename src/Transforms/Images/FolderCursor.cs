using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Transforms.Rows;

namespace MLExtensions.Transforms.Images;

/// <summary>Walks over the pictures of a folder; where images are asked for, the next few are decoded ahead on the thread pool.</summary>
internal sealed class FolderCursor : DataViewRowCursor
{
    private const int MostAhead = 16;

    private readonly DataViewSchema _schema;
    private readonly FolderPicture[] _pictures;
    private readonly int[] _order;
    private readonly bool[] _active;
    private readonly Queue<Task<MLImage>> _ahead = new();
    private readonly int _capacity = Math.Clamp(2 * Environment.ProcessorCount, 2, MostAhead);
    private int _position = -1;
    private int _started;
    private bool _taken; // whether the image decoded ahead for the current row has been handed out

    public FolderCursor(DataViewSchema schema, FolderPicture[] pictures, int[] order, IEnumerable<DataViewSchema.Column> needed)
    {
        _schema = schema;
        _pictures = pictures;
        _order = order;
        _active = new bool[schema.Count];
        foreach (DataViewSchema.Column column in needed)
            _active[column.Index] = true;
    }

    public override long Position => _position < _order.Length ? _position : -1;

    public override long Batch => 0;

    public override DataViewSchema Schema => _schema;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new DataViewRowId((ulong)Current(), 0);

    public override bool MoveNext()
    {
        if (_active[ImageFolderView.ImageColumn])
            Decode();
        if (_position < _order.Length)
            _position++;
        return _position < _order.Length;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!_active[column.Index])
            throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' is not active in this cursor.");
        Delegate getter = column.Index switch
        {
            ImageFolderView.PathColumn => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = _pictures[Current()].Path.AsMemory()),
            ImageFolderView.LabelColumn => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = _pictures[Current()].Label.AsMemory()),
            _ => (ValueGetter<MLImage>)GetImage,
        };
        return ActiveColumns.Cast<TValue>(getter, column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            while (_ahead.Count > 0)
                Drop();
        base.Dispose(disposing);
    }

    // As ML.NET's own image loader: what is handed in belongs to the getter, what is handed out to the caller.
    private void GetImage(ref MLImage value)
    {
        FolderPicture picture = _pictures[Current()];
        value?.Dispose();
        value = null!;
        value = _taken ? PictureReader.ReadImage(picture.Path) : _ahead.Peek().GetAwaiter().GetResult();
        _taken = true;
    }

    private int Current() => _position >= 0 && _position < _order.Length ? _order[_position]
        : throw new InvalidOperationException("The cursor is not on a row: MoveNext was not called, or returned false.");

    private void Decode()
    {
        if (_position >= 0 && _ahead.Count > 0)
            Drop();
        _taken = false;
        for (; _ahead.Count < _capacity && _started < _order.Length; _started++)
        {
            string path = _pictures[_order[_started]].Path;
            _ahead.Enqueue(Task.Run(() => PictureReader.ReadImage(path)));
        }
    }

    private void Drop()
    {
        Task<MLImage> task = _ahead.Dequeue();
        Task.WaitAny(task);
        if (!_taken && task.IsCompletedSuccessfully)
            task.Result.Dispose();
        _taken = false;
    }
}
