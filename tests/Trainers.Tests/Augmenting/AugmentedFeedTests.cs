using CsCheck;
using MLExtensions.Trainers.Augmenting;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static MLExtensions.Trainers.Tests.Augmenting.AugmentedPictures;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Augmenting;

public sealed class AugmentedFeedTests
{
    private static readonly InputShape Interleaved = InputShape.Image(3, 6, 9, ImageLayout.Interleaved);

    public AugmentedFeedTests() => NativeTorch.EnsureLoaded();

    [Fact]
    public void Every_picture_is_the_original_mirrored_or_not_and_shifted_by_whole_pixels()
    {
        float[] before = Numbers.Uniform(Pictures * Shape.Length, 1);
        float[] after = Apply(new Augmentation { HorizontalFlip = true, PaddedCrop = 0.34 }, before, Shape); // at most 2 down and 3 across
        var seen = new HashSet<(bool, int, int)>();
        for (int i = 0; i < Pictures; i++)
        {
            float[] picture = before.AsSpan(i * Shape.Length, Shape.Length).ToArray();
            var moves = from flip in new[] { false, true } from down in Enumerable.Range(-2, 5) from across in Enumerable.Range(-3, 7) select (flip, down, across);
            seen.Add(moves.First(move => Moved(picture, move.flip, move.down, move.across).AsSpan().SequenceEqual(after.AsSpan(i * Shape.Length, Shape.Length))));
        }

        Assert.True(seen.Count > 20, $"{seen.Count} different moves");
        Assert.Contains(seen, move => move.Item1);
        Assert.Contains(seen, move => !move.Item1);
    }

    public static TheoryData<string> Recipes => [.. new[] { "light", "strong", "turn", "colour", "cutout" }];

    private static Augmentation Recipe(string name) => name switch
    {
        "light" => Augmentation.Light,
        "strong" => Augmentation.Strong,
        "turn" => new Augmentation { Rotation = 30, PaddedCrop = 0.2 },
        "colour" => new Augmentation { Brightness = 1, Contrast = 0.5, Saturation = 0.5 },
        _ => new Augmentation { Cutout = 0.5 },
    };

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Interleaved_pictures_change_as_planar_ones_do(string recipe)
    {
        float[] planar = Numbers.Uniform(Pictures * Shape.Length, 1);
        float[] interleaved = Interleave(planar);
        Assert.All(Interleave(Apply(Recipe(recipe), planar, Shape)).Zip(Apply(Recipe(recipe), interleaved, Interleaved)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void An_epoch_repeats_itself_and_the_next_differs(string recipe)
    {
        float[] before = Numbers.Uniform(Pictures * Shape.Length, 1);
        float[] first = Apply(Recipe(recipe), before, Shape);
        Assert.NotEqual(before, first);
        Assert.Equal(first, Apply(Recipe(recipe), before, Shape));
        Assert.NotEqual(first, Apply(Recipe(recipe), before, Shape, epoch: 1));
        Assert.NotEqual(first, Apply(Recipe(recipe), before, Shape, seed: 2));
    }

    [Fact]
    public void The_rows_of_the_feed_stay_as_they_are_and_no_tensor_is_left_behind()
    {
        float[] before = Numbers.Uniform(Pictures * Shape.Length, 1);
        using AugmentedFeed feed = Feed(Augmentation.Strong, before, Shape);
        using AugmentedFeed plain = Feed(new Augmentation(), before, Shape);
        for (int epoch = 0; epoch < 2; epoch++)
        {
            feed.BeginEpoch(1, epoch);
            using DisposeScope scope = NewDisposeScope();
            for (int batches = 1; feed.Next(16) is not null; batches++)
                Assert.Equal(5 * batches, scope.DisposablesCount); // features, weights, targets, and the second targets and weights
        }

        // In the rows' own order a batch is a view of the feed's memory.
        Assert.Equal(before, Apply(new Augmentation(), before, Shape));
        using DisposeScope last = NewDisposeScope();
        Batch batch = plain.Next(Pictures)!;
        batch.Features.zero_();
        plain.BeginEpoch(1, 1);
        Assert.Equal(before, FlatParameters.ToArray(plain.Next(Pictures)!.Features.flatten()));
    }

    [Fact]
    public void A_resampling_that_moves_nothing_changes_nothing()
    {
        float[] before = Numbers.Uniform(Pictures * Shape.Length, 1);
        float[] after = Apply(new Augmentation { HorizontalFlip = true, Rotation = 1e-9 }, before, Shape);
        for (int i = 0; i < Pictures; i++)
        {
            float[] own = before.AsSpan(i * Shape.Length, Shape.Length).ToArray(), mirrored = Moved(own, true, 0, 0), got = after.AsSpan(i * Shape.Length, Shape.Length).ToArray();
            Assert.True(Math.Min(Distance(own, got), Distance(mirrored, got)) < 1e-4);
        }
    }

    [Fact]
    public void A_turn_is_one_of_pixels_also_where_sides_differ()
    {
        // A slope of 1 across: turned, its slope has the same length in another direction.
        var shape = InputShape.Image(1, 16, 32);
        float[] slope = [.. Enumerable.Range(0, Pictures).SelectMany(_ => Enumerable.Range(0, 512).Select(i => (float)(i % 32)))];
        float[] after = Apply(new Augmentation { Rotation = 25 }, slope, shape);
        float largest = 0;
        for (int i = 0; i < Pictures; i++)
        {
            int middle = (i * 512) + (8 * 32) + 16;
            float across = after[middle + 1] - after[middle], down = after[middle + 32] - after[middle];
            Assert.Equal(1, Math.Sqrt((across * across) + (down * down)), 1e-3);
            largest = Math.Max(largest, Math.Abs(down / across));
        }

        Assert.InRange(largest, Math.Tan(15 * Math.PI / 180), Math.Tan(25.1 * Math.PI / 180));
    }

    [Fact]
    public void A_resized_crop_enlarges_a_part_of_at_least_the_stated_area()
    {
        var shape = InputShape.Image(2, 16, 16);
        float[] slopes = [.. Enumerable.Range(0, Pictures).SelectMany(_ => Enumerable.Range(0, 512).Select(i => (float)(i < 256 ? i % 16 : (i - 256) / 16)))]; // across, down
        float[] after = Apply(new Augmentation { ResizedCrop = 0.3 }, slopes, shape);
        var areas = new List<double>();
        for (int i = 0; i < Pictures; i++)
        {
            int middle = (i * 512) + (8 * 16) + 8;
            double across = after[middle + 1] - after[middle], down = after[middle + 256 + 16] - after[middle + 256];
            Assert.InRange(across, 0, 1.001);
            Assert.InRange(down, 0, 1.001);
            Assert.InRange(across / down, 0.74, 1.34);
            areas.Add(across * down);
        }

        Assert.InRange(areas.Min(), 0.29, 0.5);
        Assert.InRange(areas.Max(), 0.8, 1.001);
        Assert.All(after, value => Assert.InRange(value, 0, 15));
    }

    [Fact]
    public void Plain_pictures_stay_plain_under_any_move() =>
        Gen.Select(Gen.Double[0, 0.9], Gen.Double[0, 180], Gen.Bool, Gen.Int[1, 4], Gen.Int[1, 12], Gen.Int[1, 12]).Sample((crop, angle, flip, channels, height, width) =>
        {
            var shape = InputShape.Image(channels, height, width);
            float[] after = Apply(new Augmentation { PaddedCrop = crop, Rotation = angle < 90 ? 0 : angle, HorizontalFlip = flip }, [.. Enumerable.Repeat(0.7f, 3 * shape.Length)], shape, rows: 3);
            Assert.All(after, value => Assert.Equal(0.7f, value, 1e-5f));
        }, iter: 100);

    [Fact]
    public void Faults_come_with_name_value_and_range()
    {
        var faults = new List<string>();
        new Augmentation { PaddedCrop = 1, ResizedCrop = 0.5, Rotation = -1, Brightness = double.NaN, Contrast = 2, Saturation = -0.1, Cutout = 1, Mixup = double.PositiveInfinity }.Check(faults);
        new Augmentation { ResizedCrop = 0 }.Check(faults);
        string[] names = ["PaddedCrop is 1", "Rotation is -1", "Brightness is NaN", "Contrast is 2", "Saturation is -0.1", "Cutout is 1", "Mixup is", "PaddedCrop (1) and ResizedCrop (0.5)", "ResizedCrop is 0;"];
        Assert.Equal(names.Length, faults.Count);
        Assert.All(names, name => Assert.Contains(faults, fault => fault.Contains(name, StringComparison.Ordinal) && fault.StartsWith("Augmentation", StringComparison.Ordinal)));
        Augmentation.Light.Check(faults);
        Augmentation.Strong.Check(faults);
        Assert.Equal(names.Length, faults.Count);
    }

    private static float[] Moved(float[] picture, bool flip, int down, int across)
    {
        var moved = new float[picture.Length];
        for (int c = 0; c < Shape.Channels; c++)
            for (int y = 0; y < Shape.Height; y++)
                for (int x = 0; x < Shape.Width; x++)
                    moved[(((c * Shape.Height) + y) * Shape.Width) + x] = picture[(((c * Shape.Height) + Math.Clamp(y + down, 0, Shape.Height - 1)) * Shape.Width)
                        + Math.Clamp((flip ? Shape.Width - 1 - x : x) + across, 0, Shape.Width - 1)];
        return moved;
    }

    private static float[] Interleave(float[] planar)
    {
        int plane = Shape.Height * Shape.Width;
        return [.. Enumerable.Range(0, planar.Length).Select(i => planar[(i / Shape.Length * Shape.Length) + (i % 3 * plane) + (i % Shape.Length / 3)])];
    }

    private static float Distance(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
