using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Tests.Support;

/// <summary>A source of rows that remembers what was asked of it. Its cursor sets deal batches of seven rows out in turn.</summary>
internal sealed class TestView : IDataView
{
    private const int RowsPerBatch = 7;
    private readonly int _count;
    private readonly TestColumn[] _columns;
    private int _rowsRead;

    public TestView(int count, params TestColumn[] columns)
    {
        _count = count;
        _columns = columns;
        var builder = new DataViewSchema.Builder();
        foreach (TestColumn column in columns)
            builder.AddColumn(column.Name, column.Type);
        Schema = builder.ToSchema();
    }

    public bool CanShuffle => true;

    public DataViewSchema Schema { get; }

    public int CursorsOpened { get; private set; }

    public int CursorsDisposed { get; private set; }

    public int RowsRead => _rowsRead;

    public Random? LastRandom { get; private set; }

    /// <summary>The names that the last cursor was asked for.</summary>
    public string[] LastAsked { get; private set; } = [];

    public long? GetRowCount() => _count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        int[] rows = [.. Enumerable.Range(0, _count)];
        rand?.Shuffle(rows);
        return Open(columnsNeeded, rand, [.. rows.Select(row => (row, 0L))]);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [.. Enumerable.Range(0, n).Select(part => Open(
            columnsNeeded, rand, [.. Enumerable.Range(0, _count).Where(row => row / RowsPerBatch % n == part).Select(row => (row, (long)(row / RowsPerBatch)))]))];

    private Cursor Open(IEnumerable<DataViewSchema.Column> needed, Random? rand, (int Row, long Batch)[] rows)
    {
        CursorsOpened++;
        LastRandom = rand;
        LastAsked = [.. needed.Select(column => column.Name)];
        return new Cursor(this, [.. needed.Select(column => column.Index)], rows);
    }

    private sealed class Cursor(TestView view, HashSet<int> active, (int Row, long Batch)[] rows) : DataViewRowCursor
    {
        private int _at = -1;

        public override long Position => _at;

        public override long Batch => rows[_at].Batch;

        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new DataViewRowId((ulong)rows[_at].Row, 77);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => active.Contains(column.Index)
            ? (ValueGetter<TValue>)view._columns[column.Index].CreateGetter(() => rows[_at].Row)
            : throw new InvalidOperationException($"{column.Name} was not asked for.");

        public override bool MoveNext()
        {
            if (_at + 1 >= rows.Length)
                return false;
            Interlocked.Increment(ref view._rowsRead);
            _at++;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            view.CursorsDisposed += disposing ? 1 : 0;
            base.Dispose(disposing);
        }
    }
}
