using MLExtensions.Trainers.Augmenting;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static MLExtensions.Trainers.Tests.Augmenting.AugmentedPictures;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Augmenting;

public sealed class ColourAndMixingTests
{
    public ColourAndMixingTests() => NativeTorch.EnsureLoaded();

    [Fact]
    public void Brightness_adds_one_number_to_a_picture()
    {
        float[] before = Numbers.Uniform(Pictures * Shape.Length, 1);
        float[] after = Apply(new Augmentation { Brightness = 0.5 }, before, Shape);
        float[] added = [.. Enumerable.Range(0, Pictures).Select(i => after[i * Shape.Length] - before[i * Shape.Length])];
        Assert.All(after, (value, i) => Assert.Equal(before[i] + added[i / Shape.Length], value, 1e-5f));
        Assert.All(added, number => Assert.InRange(number, -0.5f, 0.5f));
        Assert.True(added.Max() - added.Min() > 0.7);
    }

    [Fact]
    public void Contrast_keeps_the_mean_and_changes_the_distance_from_it()
    {
        float[] before = Numbers.Uniform(Pictures * Shape.Length, 1);
        float[] after = Apply(new Augmentation { Contrast = 0.5 }, before, Shape);
        for (int i = 0; i < Pictures; i++)
        {
            ReadOnlySpan<float> own = before.AsSpan(i * Shape.Length, Shape.Length), got = after.AsSpan(i * Shape.Length, Shape.Length);
            float mean = System.Numerics.Tensors.TensorPrimitives.Sum(own) / own.Length;
            float factor = (got[0] - mean) / (own[0] - mean);
            Assert.InRange(factor, 0.49f, 1.51f);
            for (int j = 0; j < own.Length; j++)
                Assert.Equal(mean + (factor * (own[j] - mean)), got[j], 1e-4f);
        }
    }

    [Fact]
    public void Saturation_keeps_the_grey_of_every_pixel()
    {
        float[] before = Numbers.Uniform(Pictures * Shape.Length, 1);
        float[] after = Apply(new Augmentation { Saturation = 0.9 }, before, Shape);
        int plane = Shape.Height * Shape.Width;
        for (int i = 0; i < Pictures; i++)
            for (int pixel = i * Shape.Length; pixel < (i * Shape.Length) + plane; pixel++)
                Assert.Equal(before[pixel] + before[pixel + plane] + before[pixel + (2 * plane)], after[pixel] + after[pixel + plane] + after[pixel + (2 * plane)], 1e-4f);
        Assert.True(before.Zip(after, (a, b) => Math.Abs(a - b)).Max() > 0.3);
    }

    [Fact]
    public void Cutout_empties_one_square_of_all_channels()
    {
        var shape = InputShape.Image(2, 12, 12);
        float[] after = Apply(new Augmentation { Cutout = 0.5 }, [.. Enumerable.Repeat(1f, Pictures * shape.Length)], shape);
        int whole = 0;
        for (int i = 0; i < Pictures; i++)
        {
            int[] holes = [.. Enumerable.Range(0, 144).Where(pixel => after[(i * 288) + pixel] == 0)];
            Assert.All(Enumerable.Range(0, 144), pixel => Assert.Equal(after[(i * 288) + pixel], after[(i * 288) + 144 + pixel]));
            int height = holes.Max(p => p / 12) - holes.Min(p => p / 12) + 1, width = holes.Max(p => p % 12) - holes.Min(p => p % 12) + 1;
            Assert.Equal(height * width, holes.Length);
            Assert.InRange(height, 3, 6);
            Assert.InRange(width, 3, 6);
            whole += holes.Length == 36 ? 1 : 0;
        }

        Assert.InRange(whole, 1, Pictures - 1); // some reach over the edge
    }

    [Fact]
    public void Mixup_mixes_pictures_and_their_losses_in_the_same_shares()
    {
        float[] before = Numbers.Uniform(Pictures * Shape.Length, 1);
        using AugmentedFeed feed = Feed(new Augmentation { Mixup = 1 }, before, Shape);
        feed.BeginEpoch(null, 0);
        using DisposeScope scope = NewDisposeScope();
        Batch batch = feed.Next(Pictures)!;
        float[] own = FlatParameters.ToArray(batch.Weights!), other = FlatParameters.ToArray(batch.Mixed!.Weights), mixed = FlatParameters.ToArray(batch.Features.flatten());
        float share = own[0];
        Assert.InRange(share, 0, 1);
        Assert.All(own, weight => Assert.Equal(share, weight));
        Assert.All(other, weight => Assert.Equal(1 - share, weight, 1e-6f));
        // The targets of these rows are their numbers, so the second target names the second picture.
        long[] first = batch.Targets.data<long>().ToArray(), second = batch.Mixed.Targets.data<long>().ToArray();
        Assert.Equal(Enumerable.Range(0, Pictures).Select(i => (long)i), first);
        for (int i = 0; i < Pictures; i++)
            for (int j = 0; j < Shape.Length; j++)
                Assert.Equal((share * before[(i * Shape.Length) + j]) + ((1 - share) * before[((int)second[i] * Shape.Length) + j]), mixed[(i * Shape.Length) + j], 1e-5f);

        using var loss = new CrossEntropyLoss(Pictures, 0, CPU);
        Tensor outputs = Numbers.Tensor(CPU, 3, Pictures, Pictures), sum = zeros(1, float64), firstSum = zeros(1, float64), secondSum = zeros(1, float64);
        double[] gradient = Numbers.ToDoubles(loss.Gradient(outputs, batch, sum));
        double[] a = Numbers.ToDoubles(loss.Gradient(outputs, batch.Targets, null, firstSum)), b = Numbers.ToDoubles(loss.Gradient(outputs, batch.Mixed.Targets, null, secondSum));
        for (int i = 0; i < gradient.Length; i++)
            Assert.Equal((share * a[i]) + ((1 - share) * b[i]), gradient[i], 1e-6);
        Assert.Equal((share * firstSum.item<double>()) + ((1 - share) * secondSum.item<double>()), sum.item<double>(), 1e-3);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(3)]
    public void The_shares_of_mixup_have_the_moments_of_a_beta_distribution(double alpha)
    {
        const int Steps = 3000;
        var mixing = new RowMixing(alpha);
        SeededRandom random = SeededRandom.Derive(5);
        double sum = 0, squares = 0;
        using DisposeScope scope = NewDisposeScope();
        for (int i = 0; i < Steps; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            double share = mixing.Apply(new Batch(ones(2, 1), zeros(2, int64), null), random).Weights!.data<float>()[0];
            sum += share;
            squares += (share - 0.5) * (share - 0.5);
        }

        double variance = 1 / (4 * ((2 * alpha) + 1));
        Assert.Equal(0.5, sum / Steps, 4 * Math.Sqrt(variance / Steps));
        Assert.Equal(variance, squares / Steps, 0.08 * variance);
    }
}
