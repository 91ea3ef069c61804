using System.Diagnostics;
using System.Globalization;
using MLExtensions.Trainers.Augmenting;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Images;

/// <summary>What each part of augmentation costs: time per batch, the gather of the rows from a cache of bytes included. Options: --batch 128 --side 32 --repeats 60 --threads 1.</summary>
internal static class AugmentationBenchmark
{
    public static void Run(string[] args)
    {
        int batch = Measure.Number(args, "--batch", 128), side = Measure.Number(args, "--side", 32), repeats = Measure.Number(args, "--repeats", 60);
        InputShape shape = InputShape.Image(3, side, side);
        (string Name, Augmentation Recipe)[] recipes =
        [
            ("flip", new Augmentation { HorizontalFlip = true }), ("Light: flip and padded crop", Augmentation.Light), ("resized crop", new Augmentation { ResizedCrop = 0.4 }),
            ("rotation", new Augmentation { Rotation = 10 }), ("colours", new Augmentation { Brightness = 0.2, Contrast = 0.2, Saturation = 0.2 }),
            ("cutout", new Augmentation { Cutout = 0.25 }), ("mixup", new Augmentation { Mixup = 0.2 }), ("Strong", Augmentation.Strong),
        ];
        using IDisposable threads = TorchThreads.Use(Measure.Number(args, "--threads", 1));
        using IDisposable memory = Allocator.KeepMemory();
        using var noGrad = no_grad();
        Console.WriteLine($"batch {batch}, 3 x {side} x {side}");
        Console.WriteLine("| part | ms per batch | above nothing, us per picture |");
        Console.WriteLine("| --- | --- | --- |");
        double nothing = Milliseconds(null);
        Print("nothing", nothing);
        foreach ((string name, Augmentation recipe) in recipes)
            Print(name, Milliseconds(recipe));

        void Print(string name, double milliseconds) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {name} | {milliseconds:f2} | {1000 * (milliseconds - nothing) / batch:f1} |"));

        double Milliseconds(Augmentation? recipe)
        {
            var rows = new RowTable(shape.Length, asBytes: true);
            var row = new float[shape.Length];
            for (int i = 0; i < 4 * batch; i++)
            {
                for (int j = 0; j < row.Length; j++)
                    row[j] = (i + (j * 7)) % 256;
                rows.Add(row, i % 10, 1);
            }

            IRowFeed feed = new MemoryFeed(rows, new Standardization([128, 128, 128], [0.01f, 0.01f, 0.01f]) { Picture = shape }, classIndices: true, weighted: false, CPU);
            if (recipe is not null)
                feed = new AugmentedFeed(feed, recipe, shape);
            using (feed)
            {
                var times = new List<double>();
                for (int epoch = 0; times.Count < repeats; epoch++)
                {
                    feed.BeginEpoch(1, epoch);
                    while (true)
                    {
                        long start = Stopwatch.GetTimestamp();
                        using DisposeScope scope = NewDisposeScope();
                        if (feed.Next(batch) is null)
                            break;
                        times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    }
                }

                return Measure.Quantile([.. times], 0.25); // other load only ever makes a batch slower
            }
        }
    }
}
