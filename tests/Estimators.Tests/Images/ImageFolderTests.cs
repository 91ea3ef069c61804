using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Tests.Support;
using SkiaSharp;

namespace MLExtensions.Estimators.Tests.Images;

public sealed class ImageFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ImageFolderTests-").FullName;
    private readonly MLContext _ml = new(1);

    [Fact]
    public void Subfolders_are_classes_with_all_that_lies_below_them()
    {
        Fill("cat", 3);
        Fill("dog/young", 2);
        Fill("dog", 1);
        Write("dog/notes.txt", "not a picture, and not taken for one"u8.ToArray());
        ImageFolderView view = _ml.Data.LoadImageFolder(_folder);
        Assert.Equal(6, view.Count);
        Assert.Equal(6, view.GetRowCount());
        Assert.Equal([("cat", 3), ("dog", 3)], view.Classes.Select(pair => (pair.Key, pair.Value)));
        Assert.Empty(view.Warnings);
        Assert.All(view.GetColumn<string>("ImagePath").Zip(view.GetColumn<string>("Label")), row => Assert.Contains(Path.DirectorySeparatorChar + row.Second + Path.DirectorySeparatorChar, row.First, StringComparison.Ordinal));
    }

    [Fact]
    public void The_order_mixes_the_classes_and_follows_from_the_seed()
    {
        Fill("a", 20);
        Fill("b", 20);
        string[] Labels(long? seed) => [.. _ml.Data.LoadImageFolder(_folder, new ImageFolderOptions { ShuffleSeed = seed }).GetColumn<string>("Label")];
        Assert.Equal(Labels(1), Labels(1));
        Assert.NotEqual(Labels(1), Labels(2));
        Assert.InRange(Labels(1).Take(20).Count(label => label == "a"), 4, 16);
        Assert.Equal(Enumerable.Repeat("a", 20), Labels(null).Take(20));
    }

    [Fact]
    public void Images_are_those_of_their_rows_however_often_they_are_asked_for()
    {
        for (int i = 0; i < 40; i++)
            Write($"{i % 2}/{i:d2}.png", TestPictures.Plain(i + 1, 5, TestPictures.Red));
        ImageFolderView view = _ml.Data.LoadImageFolder(_folder);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(view.Schema["Image"]);
        ValueGetter<ReadOnlyMemory<char>> path = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["ImagePath"]);
        int rows = 0;
        for (; cursor.MoveNext(); rows++)
        {
            ReadOnlyMemory<char> name = default;
            path(ref name);
            int expected = int.Parse(Path.GetFileNameWithoutExtension(name.ToString()), System.Globalization.CultureInfo.InvariantCulture) + 1;
            MLImage first = null!, second = null!;
            if (rows % 3 == 0)
                continue; // not asked for
            getter(ref first);
            getter(ref second);
            Assert.Equal((expected, expected), (first.Width, second.Width));
            first.Dispose();
            Assert.Equal(expected, second.Width);
            getter(ref second); // takes the old one back
            Assert.Equal(expected, second.Width);
        }

        Assert.Equal(40, rows);
        Assert.Throws<InvalidOperationException>(() =>
        {
            MLImage none = null!;
            getter(ref none);
        });
    }

    [Fact]
    public void Pixels_of_images_equal_those_of_files()
    {
        for (int i = 0; i < 30; i++)
            Write($"{i % 2}/{i}.png", TestPictures.Plain(8, 8, new SKColor((byte)(i * 8), 3, (byte)(255 - i))));
        ImageFolderView view = _ml.Data.LoadImageFolder(_folder);
        float[][] Pixels(string input) => [.. _ml.Transforms.ImagePixels("Pixels", input, 4, 4).Fit(view).Transform(view).GetColumn<float[]>("Pixels")];
        Assert.Equal(Pixels("ImagePath"), Pixels("Image"));
    }

    [Fact]
    public void MLNETs_own_image_stages_take_the_image_column()
    {
        Fill("a", 2);
        Fill("b", 2);
        ImageFolderView view = _ml.Data.LoadImageFolder(_folder);
        IDataView pixels = _ml.Transforms.ResizeImages("Small", 4, 4, "Image").Append(_ml.Transforms.ExtractPixels("Pixels", "Small")).Fit(view).Transform(view);
        Assert.All(pixels.GetColumn<float[]>("Pixels"), values => Assert.Equal(48, values.Length));
    }

    [Theory]
    [InlineData("text.jpg", "begin with the text \"hello")]
    [InlineData("empty.png", "it has 0 bytes")]
    [InlineData("huge.png", "50000 x 50000 pixels")]
    public void What_is_no_picture_fails_at_once_by_default(string name, string words)
    {
        Fill("a", 2);
        Fill("b", 2);
        Write("b/" + name, Broken(name));
        string message = Assert.Throws<InvalidDataException>(() => _ml.Data.LoadImageFolder(_folder)).Message;
        string[] all = [name, words, "expected", "BrokenPictures.Skip"];
        Assert.All(all, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_picture_that_is_cut_off_fails_when_it_is_decoded()
    {
        Fill("a", 2);
        Write("b/cut.jpg", Broken("cut.jpg"));
        ImageFolderView view = _ml.Data.LoadImageFolder(_folder);
        IDataView pixels = _ml.Transforms.ImagePixels("Pixels", "ImagePath", 4, 4).Fit(view).Transform(view);
        Assert.Contains("cut.jpg' cannot be read: the Jpeg data end too early", Assert.Throws<InvalidDataException>(() => pixels.GetColumn<float[]>("Pixels").ToArray()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_pictures_are_skipped_and_named_on_request()
    {
        Fill("a", 2);
        Fill("b", 2);
        string[] broken = ["text.jpg", "empty.png", "huge.png", "cut.jpg"];
        foreach (string name in broken)
            Write("b/" + name, Broken(name));
        var logged = new List<string>();
        _ml.Log += (_, e) => logged.Add(e.Message);
        ImageFolderView view = _ml.Data.LoadImageFolder(_folder, new ImageFolderOptions { OnBroken = BrokenPictures.Skip });
        Assert.Equal(4, view.Count);
        Assert.All(broken, name => Assert.Single(view.Skipped, message => message.Contains(name, StringComparison.Ordinal)));
        Assert.Contains("4 of 8 pictures are left out", Assert.Single(view.Warnings), StringComparison.Ordinal);
        Assert.Contains(logged, line => line.Contains("4 of 8 pictures are left out", StringComparison.Ordinal));
    }

    [Fact]
    public void An_empty_class_folder_fails_or_warns()
    {
        Fill("a", 2);
        Fill("b", 2);
        Directory.CreateDirectory(Path.Combine(_folder, "nothing"));
        Assert.Contains("nothing' has no pictures; expected at least one file ending in .jpg", Assert.Throws<InvalidDataException>(() => _ml.Data.LoadImageFolder(_folder)).Message, StringComparison.Ordinal);
        Assert.Contains("nothing' has no pictures", Assert.Single(_ml.Data.LoadImageFolder(_folder, new ImageFolderOptions { OnBroken = BrokenPictures.Skip }).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void One_class_is_a_warning_and_a_classifier_refuses_it()
    {
        Fill("only", 4);
        ImageFolderView view = _ml.Data.LoadImageFolder(_folder);
        Assert.Contains("one class only, 'only'", Assert.Single(view.Warnings), StringComparison.Ordinal);
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Transforms.ImagePixels("Features", "ImagePath", 4, 4)).Append(_ml.MulticlassClassification.Trainers.NeuralNetwork(epochs: 1));
        Assert.Contains("at least 2 classes", Assert.Throws<InvalidOperationException>(() => pipeline.Fit(view)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_without_classes_or_pictures_say_what_is_expected()
    {
        Assert.Contains("'nowhere' does not exist", Assert.Throws<DirectoryNotFoundException>(() => _ml.Data.LoadImageFolder("nowhere")).Message, StringComparison.Ordinal);
        Assert.Contains("has no subfolders (found: no pictures)", Assert.Throws<InvalidDataException>(() => _ml.Data.LoadImageFolder(_folder)).Message, StringComparison.Ordinal);
        Write("loose.png", TestPictures.Png(TestPictures.Four()));
        Assert.Contains("found: 1 pictures in the folder itself", Assert.Throws<InvalidDataException>(() => _ml.Data.LoadImageFolder(_folder)).Message, StringComparison.Ordinal);
        Fill("a", 1);
        Assert.Contains("1 pictures lie in", Assert.Throws<InvalidDataException>(() => _ml.Data.LoadImageFolder(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_options_come_in_one_message()
    {
        string message = Assert.Throws<ArgumentException>(() => _ml.Data.LoadImageFolder(_folder, new ImageFolderOptions { Extensions = ["png"], OnBroken = (BrokenPictures)7 })).Message;
        Assert.Contains("Extensions", message, StringComparison.Ordinal);
        Assert.Contains("OnBroken is 7; allowed are Fail, Skip", message, StringComparison.Ordinal);
        message = Assert.Throws<ArgumentException>(() => _ml.Transforms.ImagePixels("P", " ", 0, 20_000, 2, (ImageFit)9)).Message;
        string[] names = ["inputColumnName", "Width is 0", "Height is 20000", "Channels is 2", "Fit is 9"];
        Assert.All(names, name => Assert.Contains(name, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Reading_a_folder_can_be_watched_and_stopped()
    {
        Fill("a", 30);
        Fill("b", 30);
        var seen = new List<double>();
        _ml.Data.LoadImageFolder(_folder, new ImageFolderOptions { Progress = new Receiver(seen) });
        Assert.Equal(1, seen.Max());
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => _ml.Data.LoadImageFolder(_folder, new ImageFolderOptions { CancellationToken = source.Token }));
    }

    [Fact]
    public void A_pipeline_from_a_folder_learns_is_saved_and_predicts_a_picture()
    {
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
            Write($"{(i % 2 == 0 ? "reddish" : "bluish")}/{i}.png", TestPictures.Plain(10, 12, new SKColor((byte)random.Next(i % 2 == 0 ? 150 : 0, i % 2 == 0 ? 256 : 100), 50, (byte)random.Next(256))));
        ImageFolderView view = _ml.Data.LoadImageFolder(_folder);
        ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.ImagePixels("Features", "ImagePath", 4, 4))
            .Append(_ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions { Architecture = Architecture.Mlp([8]), Epochs = 30, Seed = 1, ValidationFraction = 0 }))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(view);
        string file = Path.Combine(_folder, "model.zip");
        _ml.Model.Save(model, view.Schema, file);
        ITransformer loaded = new MLContext().Model.Load(file, out _);
        Assert.True(_ml.MulticlassClassification.Evaluate(loaded.Transform(view)).MicroAccuracy > 0.95);
        using PredictionEngine<PictureFile, Prediction> engine = _ml.Model.CreatePredictionEngine<PictureFile, Prediction>(loaded);
        string picture = Directory.GetFiles(Path.Combine(_folder, "bluish"))[0];
        Assert.Equal("bluish", engine.Predict(new PictureFile { ImagePath = picture }).PredictedLabel);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed class PictureFile
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }

    private sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";
    }

    private sealed class Receiver(List<double> seen) : IProgress<double>
    {
        public void Report(double value)
        {
            lock (seen)
                seen.Add(value);
        }
    }

    private static byte[] Broken(string name) => name switch
    {
        "text.jpg" => "hello, this is text"u8.ToArray(),
        "empty.png" => [],
        "huge.png" => TestPictures.RawPng(50_000, 50_000, 8, 2, null),
        _ => TestPictures.Encode(TestPictures.Four(32), SKEncodedImageFormat.Jpeg)[..^20],
    };

    private void Fill(string folder, int count)
    {
        for (int i = 0; i < count; i++)
            Write($"{folder}/{i}.png", TestPictures.Png(TestPictures.Four(4)));
    }

    private void Write(string name, byte[] bytes)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }
}
