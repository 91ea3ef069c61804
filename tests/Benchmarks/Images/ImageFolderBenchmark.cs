using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Benchmarks.Images;

/// <summary>
/// A fit from a folder of pictures against the slower of decoding alone and training alone, interleaved. The pictures are those of the clothing folder, copied
/// in turn until there are enough. Processor time tells waste from waiting: it hardly depends on what else the machine does. Options: --pictures 2000 --size 32 --epochs 10 --rounds 3 --threads N --net small|cifar-resnet20 --stream true --buffer 256.
/// </summary>
internal static class ImageFolderBenchmark
{
    private sealed class Row
    {
        public string Label { get; set; } = "";

        public float[] Features { get; set; } = [];
    }

    public static void Run(string[] args)
    {
        string source = Path.Combine(DataFolder.Find(args), "clothing-folder", "train");
        int pictures = Measure.Number(args, "--pictures", 2000), size = Measure.Number(args, "--size", 32), epochs = Measure.Number(args, "--epochs", 10);
        int rounds = Measure.Number(args, "--rounds", 3), threads = Measure.Number(args, "--threads", 0);
        bool stream = bool.Parse(Options.Get(args, "--stream", "false"));
        Architecture net = Options.Get(args, "--net", "small") == "small" ? Architecture.ConvNet([[16], [32], [64]]) : Architecture.CifarResNet();
        string folder = Directory.CreateTempSubdirectory("image-folder-").FullName;
        try
        {
            Copy(source, folder, pictures);
            var ml = new MLContext(1);
            var pixels = ml.Transforms.ImagePixels("Features", "ImagePath", size, size);
            var trainer = ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
            {
                Architecture = net,
                Epochs = epochs,
                Seed = 1,
                ValidationFraction = 0,
                Threads = threads == 0 ? ThreadPolicy.Auto : ThreadPolicy.Fixed(threads),
                Cache = stream ? CachePolicy.Stream(Measure.Number(args, "--buffer", 256)) : CachePolicy.Auto,
            });
            ImageFolderView view = ml.Data.LoadImageFolder(folder);
            IDataView keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);
            ImagePixelsTransformer reader = pixels.Fit(keyed);
            IDataView decoded = reader.Transform(keyed);
            IDataView inMemory = InMemory(ml, decoded, size);
            int passes = stream ? epochs + 1 : 1;
            Console.WriteLine($"{pictures} pictures to {size} x {size}, {net}, {epochs} epochs, {(stream ? "decoded again in every epoch" : "cached as bytes")}, {Environment.ProcessorCount} processors");
            Console.WriteLine($"| round | decode alone ({passes} passes), s (processor) | train alone, s (processor) | fit from the folder, s (processor) | fit / slower of the two | fit / sum, processor |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
            var ratios = new List<double>();
            var shares = new List<double>();
            trainer.Fit(inMemory); // the first fit compiles
            for (int round = 1; round <= rounds; round++)
            {
                Taken decode = Take(() => Decode(decoded, passes)), train = Take(() => trainer.Fit(inMemory)), fit = Take(() => trainer.Fit(decoded));
                ratios.Add(fit.Seconds / Math.Max(decode.Seconds, train.Seconds));
                shares.Add(fit.Processor / (decode.Processor + train.Processor));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {round} | {decode} | {train} | {fit} | {ratios[^1]:f2} | {shares[^1]:f2} |"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"medians {Measure.Median(ratios):f2} (the bar is 1.25), {Measure.Median(shares):f2}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Copy(string source, string folder, int count)
    {
        string[] files = [.. Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(file => file.EndsWith(".jpg", StringComparison.Ordinal) || file.EndsWith(".png", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        for (int i = 0; i < count; i++)
        {
            string file = files[i % files.Length];
            string target = Directory.CreateDirectory(Path.Combine(folder, Path.GetFileName(Path.GetDirectoryName(file)!))).FullName;
            File.Copy(file, Path.Combine(target, $"{i:d6}{Path.GetExtension(file)}"));
        }
    }

    private static IDataView InMemory(MLContext ml, IDataView decoded, int size)
    {
        Row[] rows = [.. decoded.GetColumn<float[]>("Features").Zip(decoded.GetColumn<uint>("Label"), (features, label) => new Row { Features = features, Label = label.ToString(CultureInfo.InvariantCulture) })];
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3, size, size);
        IDataView view = ml.Data.LoadFromEnumerable(rows, schema);
        return ml.Data.Cache(ml.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view), "Features", "Label");
    }

    private static void Decode(IDataView decoded, int passes)
    {
        for (int pass = 0; pass < passes; pass++)
        {
            DataViewSchema.Column column = decoded.Schema["Features"];
            using DataViewRowCursor cursor = decoded.GetRowCursor([column]);
            ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
            VBuffer<float> row = default;
            while (cursor.MoveNext())
                getter(ref row);
        }
    }

    private static Taken Take(Action work)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        work();
        return new Taken(Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    }

    private readonly record struct Taken(double Seconds, double Processor)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seconds:f2} ({Processor:f2})");
    }
}
