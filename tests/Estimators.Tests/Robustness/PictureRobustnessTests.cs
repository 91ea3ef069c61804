using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Estimators.Tests.Images;
using MLExtensions.Tests.Support;
using SkiaSharp;

namespace MLExtensions.Estimators.Tests.Robustness;

/// <summary>Convolutional nets, which standardise channels inside, in units of their raw pixels.</summary>
public sealed class PictureRobustnessTests
{
    private const int Size = BarPicture.Size;
    private readonly MLContext _ml = new(1);

    [Theory]
    [InlineData(ImageLayout.Planar)]
    [InlineData(ImageLayout.Interleaved)]
    public void The_mean_gradient_is_that_of_the_loss_by_raw_pixels(ImageLayout layout)
    {
        List<BarPicture> pictures = BarPicture.Make(120, seed: 1, channels: 2);
        int[] dimensions = layout == ImageLayout.Planar ? [2, Size, Size] : [Size, Size, 2];
        if (layout == ImageLayout.Interleaved)
            pictures = BarPicture.Interleave(pictures, 2);
        IDataView rows = BarPicture.View(_ml, pictures, dimensions);
        NeuralNetworkTransformer model = _ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
        {
            FeatureColumnName = nameof(BarPicture.Pixels),
            Architecture = Architecture.ConvNet([[4]]),
            InputShape = InputShape.Image(2, Size, Size, layout),
            Epochs = 3,
            Seed = 1,
        }).Fit(rows);
        var options = new RobustnessOptions { Epsilons = [2], Attacks = [Attack.Pgd(steps: 5)], LowerBound = 0, UpperBound = 300, MaxRows = 2 };

        RobustnessMetrics metrics = _ml.MulticlassClassification.EvaluateRobustness(model, rows, options);

        double expected = pictures.Take(2).Average(picture => GradientNorm(model, picture, dimensions));
        Assert.Equal(expected, metrics.MeanInputGradientNorm, 0.05 * expected);
        Assert.Equal(["Pixels"], metrics.Columns);
    }

    [Fact]
    public void Small_changes_of_pixels_bring_a_net_down_that_knows_its_pictures()
    {
        IDataView train = BarPicture.View(_ml, BarPicture.Make(400, seed: 1), 1, Size, Size);
        NeuralNetworkTransformer model = _ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions
        {
            FeatureColumnName = nameof(BarPicture.Pixels),
            Architecture = Architecture.ConvNet([[8], [16]]),
            Epochs = 15,
            Seed = 1,
        }).Fit(train);
        var options = new RobustnessOptions { Epsilons = [1, 30], Attacks = [Attack.Pgd()], LowerBound = 0 };

        RobustnessMetrics metrics = _ml.MulticlassClassification.EvaluateRobustness(model, BarPicture.View(_ml, BarPicture.Make(100, seed: 2), 1, Size, Size), options);

        Assert.True(metrics.CleanAccuracy > 0.9);
        Assert.True(metrics.Results[1].Accuracy < metrics.Results[0].Accuracy - 0.3, string.Join(' ', metrics.Results));
    }

    [Fact]
    public void Pixels_that_a_stage_reads_from_pictures_are_the_raw_columns()
    {
        string folder = Directory.CreateTempSubdirectory("PictureRobustnessTests-").FullName;
        try
        {
            for (int i = 0; i < 40; i++)
            {
                string file = Path.Combine(folder, i % 2 == 0 ? "red" : "blue", $"{i}.png");
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllBytes(file, TestPictures.Plain(8, 8, i % 2 == 0 ? new SKColor((byte)(150 + i), 50, 60) : new SKColor(60, 50, (byte)(150 + i))));
            }

            IDataView view = _ml.Data.LoadImageFolder(folder);
            ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Transforms.ImagePixels("Pixels", "ImagePath", 4, 4))
                .Append(_ml.Transforms.NormalizeMinMax("Features", "Pixels"))
                .Append(_ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkOptions { Architecture = Architecture.Mlp([8]), Epochs = 20, Seed = 1 })).Fit(view);

            RobustnessMetrics metrics = _ml.MulticlassClassification.EvaluateRobustness(model, view, new RobustnessOptions { Epsilons = [200], LowerBound = 0, UpperBound = 255, Attacks = [Attack.Pgd()] });

            Assert.Equal(["Pixels"], metrics.Columns);
            Assert.Equal(1, metrics.CleanAccuracy);
            Assert.Equal(0, metrics.Results[0].Accuracy);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // By central differences of -log p, read from the model's scores.
    private double GradientNorm(NeuralNetworkTransformer model, BarPicture picture, int[] dimensions)
    {
        const float Step = 0.25f;
        List<BarPicture> moved = [];
        for (int i = 0; i < picture.Pixels.Length; i++)
            foreach (float change in new[] { Step, -Step })
            {
                float[] pixels = [.. picture.Pixels];
                pixels[i] += change;
                moved.Add(new BarPicture { Pixels = pixels, Upright = picture.Upright });
            }

        moved.Add(new BarPicture { Pixels = picture.Pixels, Upright = !picture.Upright }); // so that the key has both classes
        float[][] scores = [.. model.Transform(BarPicture.View(_ml, moved, dimensions)).GetColumn<float[]>("Score")];
        int target = picture.Upright ? 1 : 0; // keys are in the order of their texts
        double sum = 0;
        for (int i = 0; i < picture.Pixels.Length; i++)
        {
            double slope = (-Math.Log(scores[2 * i][target]) + Math.Log(scores[(2 * i) + 1][target])) / (2 * Step);
            sum += slope * slope;
        }

        return Math.Sqrt(sum);
    }
}
