using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.Rows;

/// <summary>Columns of the source come out as they went in, read ahead or not.</summary>
public sealed class PassThroughTests
{
    private const int Rows = 600;

    public static TheoryData<string> Columns => ["Number", "Text", "Key", "Flag", "Time", "Dense", "Sparse", "Texts", "Growing"];

    [Theory]
    [MemberData(nameof(Columns))]
    public void Values_are_those_of_the_source_beside_a_score_and_without_one(string name)
    {
        TestView source = Source();
        IDataView scored = Models.Create(NetTask.Multiclass).Transform(source);
        List<string> expected = Values(source, name);

        Assert.Equal(expected, Values(scored, name));
        Assert.Equal(expected, Values(scored, name, "Score"));
        Assert.Equal(Rows, expected.Count);
        Assert.True(expected.Distinct().Count() > 1);
    }

    [Fact]
    public void Sparse_vectors_stay_sparse()
    {
        IDataView scored = Models.Create(NetTask.Multiclass).Transform(Source());
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(scored.Schema["Sparse"]);
        VBuffer<float> value = default;
        Assert.True(cursor.MoveNext());
        getter(ref value);

        Assert.False(value.IsDense);
        Assert.Equal(1, value.GetValues().Length);
    }

    [Fact]
    public void A_consumer_that_changes_its_vector_does_not_change_the_column()
    {
        IDataView scored = Models.Create(NetTask.Multiclass).Transform(Source());
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<VBuffer<float>> dense = cursor.GetGetter<VBuffer<float>>(scored.Schema["Dense"]), score =
            cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        VBuffer<float> first = default, again = default, scores = default, scoresAgain = default;
        Assert.True(cursor.MoveNext());
        dense(ref first);
        score(ref scores);
        IEnumerable<float> before = [.. first.DenseValues(), .. scores.DenseValues()];
        VBufferEditor.CreateFromBuffer(ref first).Values.Fill(99);
        VBufferEditor.CreateFromBuffer(ref scores).Values.Fill(99);
        dense(ref again);
        score(ref scoresAgain);

        Assert.Equal(before, again.DenseValues().Concat(scoresAgain.DenseValues()));
    }

    [Fact]
    public void An_object_that_the_source_would_dispose_with_its_next_row_stays_usable()
    {
        // ML.NET's image columns do this: a getter disposes what it is handed before it puts the next image there.
        var source = new TestView(Rows, TestColumn.Features(), TestColumn.Of("Image", new DisposableType(), (int row, ref Disposable value) =>
        {
            value?.Dispose();
            value = new Disposable(row);
        }));
        IDataView scored = Models.Create(NetTask.Multiclass).Transform(source);
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<Disposable> getter = cursor.GetGetter<Disposable>(scored.Schema["Image"]);
        var kept = new List<Disposable>();
        while (cursor.MoveNext())
        {
            Disposable value = null!;
            getter(ref value);
            kept.Add(value);
        }

        Assert.Equal(Enumerable.Range(0, Rows), kept.Select(value => value.Row));
        Assert.DoesNotContain(kept, value => value.Disposed);
    }

    [Fact]
    public void Source_columns_keep_their_annotations()
    {
        var ml = new MLContext(1);
        IDataView keyed = ml.Transforms.Conversion.MapValueToKey("Text").Fit(Source()).Transform(Source());
        IDataView scored = Models.Create(NetTask.Multiclass).Transform(keyed);

        Assert.Equal(ColumnText.Describe(keyed.Schema), ColumnText.Describe(scored.Schema.Take(keyed.Schema.Count)));
    }

    private static TestView Source() => new(
        Rows,
        TestColumn.Of("Number", NumberDataViewType.Double, row => row == 3 ? double.NaN : row / 3.0),
        TestColumn.Of("Text", TextDataViewType.Instance, row => $"row {row}".AsMemory()),
        TestColumn.Of("Key", new KeyDataViewType(typeof(byte), 5), row => (byte)(row % 6)),
        TestColumn.Of("Flag", BooleanDataViewType.Instance, row => row % 3 == 0),
        TestColumn.Of("Time", DateTimeDataViewType.Instance, row => new DateTime(2024, 1, 1).AddHours(row)),
        TestColumn.Features(),
        TestColumn.Vector("Dense", NumberDataViewType.Single, 2, row => new VBuffer<float>(2, [row, -row])),
        TestColumn.Vector("Sparse", NumberDataViewType.Single, 1000, row => new VBuffer<float>(1000, 1, [row + 1], [row])),
        TestColumn.Vector("Texts", TextDataViewType.Instance, 2, row => new VBuffer<ReadOnlyMemory<char>>(2, [$"a{row}".AsMemory(), default])),
        TestColumn.Vector("Growing", NumberDataViewType.Int64, 0, row => new VBuffer<long>(row % 5, [.. Enumerable.Range(row, row % 5).Select(value => (long)value)])));

    private static List<string> Values(IDataView view, string name, params string[] others)
    {
        DataViewSchema.Column column = view.Schema[name];
        using DataViewRowCursor cursor = view.GetRowCursor([column, .. others.Select(other => view.Schema[other])]);
        Func<string> read = name switch
        {
            "Number" => Scalar<double>(),
            "Text" => Scalar<ReadOnlyMemory<char>>(),
            "Key" => Scalar<byte>(),
            "Flag" => Scalar<bool>(),
            "Time" => Scalar<DateTime>(),
            "Texts" => Vector<ReadOnlyMemory<char>>(),
            "Growing" => Vector<long>(),
            _ => Vector<float>(),
        };
        var values = new List<string>();
        while (cursor.MoveNext())
            values.Add(read());
        return values;

        Func<string> Scalar<T>()
        {
            ValueGetter<T> getter = cursor.GetGetter<T>(column);
            T value = default!;
            return () =>
            {
                getter(ref value);
                return $"{value}";
            };
        }

        Func<string> Vector<T>()
        {
            ValueGetter<VBuffer<T>> getter = cursor.GetGetter<VBuffer<T>>(column);
            VBuffer<T> value = default;
            return () =>
            {
                getter(ref value);
                return $"{value.Length}: {string.Join("|", value.Items())}";
            };
        }
    }

    private sealed class DisposableType() : StructuredDataViewType(typeof(Disposable))
    {
        public override bool Equals(DataViewType? other) => other is DisposableType;
    }

    private sealed class Disposable(int row) : IDisposable
    {
        public int Row => row;

        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }
}
