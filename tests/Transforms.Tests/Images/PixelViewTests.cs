using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Tests.Support;
using MLExtensions.Transforms.Images;
using SkiaSharp;

namespace MLExtensions.Transforms.Tests.Images;

public sealed class PixelViewTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("PixelViewTests-").FullName;
    private readonly MLContext _ml = new(1);

    private sealed class Row
    {
        public string Path { get; set; } = "";

        public byte[] Bytes { get; set; } = [];

        public float Number { get; set; }
    }

    [Fact]
    public void Rows_come_in_order_with_their_own_pixels_and_columns()
    {
        IDataView pixels = Transformer(nameof(Row.Path)).Transform(View(600));
        Assert.Equal(Enumerable.Range(0, 600).Select(i => (float)i), pixels.GetColumn<float>("Number"));
        int row = 0;
        using DataViewRowCursor cursor = pixels.GetRowCursor(pixels.Schema);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(pixels.Schema["Pixels"]);
        ValueGetter<float> number = cursor.GetGetter<float>(pixels.Schema["Number"]);
        VBuffer<float> buffer = default;
        float value = 0;
        for (; cursor.MoveNext(); row++)
        {
            getter(ref buffer);
            number(ref value);
            Assert.Equal(row, cursor.Position);
            Assert.Equal(row, value);
            Assert.All(buffer.DenseValues(), pixel => Assert.Equal(Shade(row), pixel));
        }

        Assert.Equal(600, row);
        Assert.Equal(-1, cursor.Position);
    }

    [Fact]
    public void Bytes_give_the_same_pixels_as_files()
    {
        IDataView rows = View(10);
        Assert.Equal(Transformer(nameof(Row.Path)).Transform(rows).GetColumn<float[]>("Pixels"), Transformer(nameof(Row.Bytes)).Transform(rows).GetColumn<float[]>("Pixels"));
    }

    [Fact]
    public void Pixels_have_the_shape_of_a_picture() =>
        Assert.Equal([3, 2, 4], ((VectorDataViewType)Transformer(nameof(Row.Path)).GetOutputSchema(View(1).Schema)["Pixels"].Type).Dimensions);

    [Fact]
    public void Nothing_is_decoded_when_nobody_asks_for_pixels()
    {
        IDataView rows = _ml.Data.LoadFromEnumerable([new Row { Path = "nowhere.png", Number = 3 }]);
        Assert.Equal([3f], Transformer(nameof(Row.Path)).Transform(rows).GetColumn<float>("Number"));
    }

    [Fact]
    public void A_broken_picture_fails_at_its_own_row()
    {
        List<Row> rows = [.. Rows(5)];
        rows[3].Path = Path.Combine(_folder, "broken.jpg");
        File.WriteAllText(rows[3].Path, "text");
        IDataView pixels = Transformer(nameof(Row.Path)).Transform(_ml.Data.LoadFromEnumerable(rows));
        using DataViewRowCursor cursor = pixels.GetRowCursor(pixels.Schema);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(pixels.Schema["Pixels"]);
        VBuffer<float> buffer = default;
        for (int i = 0; i < 5; i++)
        {
            Assert.True(cursor.MoveNext());
            if (i == 3)
                Assert.Contains("broken.jpg", Assert.Throws<InvalidDataException>(() => getter(ref buffer)).Message, StringComparison.Ordinal);
            else
                getter(ref buffer);
        }
    }

    [Theory]
    [InlineData(nameof(Row.Path), "in column 'Path', row 0 (the first is 0), cannot be read: the file name is empty")]
    [InlineData(nameof(Row.Bytes), "in column 'Bytes', row 0 (the first is 0), cannot be read: it has 0 bytes")]
    public void An_empty_value_is_named_by_column_and_row(string column, string words)
    {
        IDataView pixels = Transformer(column).Transform(_ml.Data.LoadFromEnumerable([new Row()]));
        Assert.Contains(words, Assert.Throws<InvalidDataException>(() => pixels.GetColumn<float[]>("Pixels").ToArray()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_of_another_type_is_refused_with_what_is_expected()
    {
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => Transformer(nameof(Row.Number)).Transform(View(1))).Message;
        Assert.Contains("expected Text (names of image files), a vector of Byte (the bytes of image files) or an image (MLImage), got Single", message, StringComparison.Ordinal);
        Assert.Contains("Image column 'Nowhere' not found. The columns are: 'Path'", Assert.Throws<ArgumentOutOfRangeException>(() => Transformer("Nowhere").Transform(View(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Saved_and_loaded_it_gives_the_same_pixels_in_an_engine_too()
    {
        string file = Path.Combine(_folder, "model.zip");
        IDataView rows = View(3);
        _ml.Model.Save(Transformer(nameof(Row.Path)), rows.Schema, file);
        ITransformer loaded = new MLContext(2).Model.Load(file, out _);
        Assert.Equal(Transformer(nameof(Row.Path)).Transform(rows).GetColumn<float[]>("Pixels"), loaded.Transform(rows).GetColumn<float[]>("Pixels"));
        using PredictionEngine<Row, Pixels> engine = _ml.Model.CreatePredictionEngine<Row, Pixels>(loaded);
        foreach (int i in (int[])[2, 0])
            Assert.All(engine.Predict(Rows(3).ElementAt(i)).Values, pixel => Assert.Equal(Shade(i), pixel));
    }

    [Fact]
    public void A_damaged_stage_is_named()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
            writer.Write("""{"InputColumn":"a","OutputColumn":"b","Folder":null,"Format":{"Width":-1,"Height":2,"Channels":3,"Fit":"Crop"}}""");
        stream.Position = 0;
        Assert.Contains("Width is -1", Assert.Throws<InvalidDataException>(() => ImagePixelsTransformer.Read(new BinaryReader(stream))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cursor_that_is_left_early_leaves_no_work_behind()
    {
        IDataView pixels = Transformer(nameof(Row.Path)).Transform(_ml.Data.LoadFromEnumerable(Rows(50).ToList()));
        using (DataViewRowCursor cursor = pixels.GetRowCursor(pixels.Schema))
            cursor.MoveNext();
        Directory.Delete(_folder, recursive: true); // would fail later in a task that was left running
        Directory.CreateDirectory(_folder);
        Assert.Throws<FileNotFoundException>(() => pixels.GetColumn<float[]>("Pixels").First());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed class Pixels
    {
        [ColumnName("Pixels")]
        public float[] Values { get; set; } = [];
    }

    private static ImagePixelsTransformer Transformer(string input) => new(new PixelStage(input, "Pixels", null, new PixelFormat(4, 2, 3, ImageFit.Crop)));

    private static byte Shade(int row) => (byte)(row % 10 * 20);

    private IDataView View(int count) => _ml.Data.LoadFromEnumerable(Rows(count));

    private IEnumerable<Row> Rows(int count) => Enumerable.Range(0, count).Select(i =>
    {
        string path = Path.Combine(_folder, $"{i % 10}.png");
        if (!File.Exists(path))
            File.WriteAllBytes(path, TestPictures.Plain(8, 8, new SKColor(Shade(i), Shade(i), Shade(i))));
        return new Row { Path = path, Bytes = File.ReadAllBytes(path), Number = i };
    });
}
