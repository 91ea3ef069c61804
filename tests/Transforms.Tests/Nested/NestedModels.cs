using Microsoft.ML;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Transforms.Scoring;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.Nested;

/// <summary>Nested nets with random numbers, without libtorch.</summary>
internal static class NestedModels
{
    public static BayesianNestedTransformer Create(
        NetTask task, Normalization normalization = Normalization.Batch, int[]? widths = null, int classes = 3, NestedView? view = null, NestedSettings? settings = null)
    {
        NestedNetwork network = Network(task, normalization, widths, classes, settings);
        return new BayesianNestedTransformer(new MLContext(1), network, view ?? new NestedView { Step = network.Settings.Groups }, new ScoreColumnNames(), null);
    }

    public static NestedNetwork Network(NetTask task, Normalization normalization = Normalization.Batch, int[]? widths = null, int classes = 3, NestedSettings? settings = null)
    {
        settings ??= new NestedSettings { Groups = 8, Floor = 2, Ordering = NestedOrdering.Learned, IsRegression = task == NetTask.Regression };
        return Network(task, Architecture.Mlp(widths ?? [12, 9], normalization: normalization), Nets.Inputs, classes, settings);
    }

    /// <summary>A convolutional net for pictures of two channels.</summary>
    public static NestedNetwork Pictures(Architecture? recipe = null, InputShape? input = null) => Network(
        NetTask.Multiclass, recipe ?? Architecture.ConvNet([[4, 6]]), input ?? InputShape.Image(2, 6, 6), 3, new NestedSettings { Groups = 8, Floor = 2, Ordering = NestedOrdering.Learned });

    private static NestedNetwork Network(NetTask task, Architecture recipe, InputShape input, int classes, NestedSettings settings)
    {
        int outputs = task switch { NetTask.Multiclass => classes, NetTask.Binary => 1, _ => 2 };
        ParameterLayout layout = NestedLayout.Of(recipe, input, outputs, settings);
        var parameters = new float[layout.ParameterCount];
        foreach (ParameterSlot slot in layout.Parameters)
        {
            (float low, float high) = slot.Role switch
            {
                ParameterRole.WeightNoise => (-3f, -1f),
                ParameterRole.NormScale => (.5f, 1.5f),
                ParameterRole.Gate => (1f, 3f),
                _ => (-1f, 1f),
            };
            SeededRandom.Derive(7, slot.Offset).FillUniform(parameters.AsSpan(slot.Offset, slot.Length), low, high);
        }

        var statistics = new float[NestedNetwork.StatisticsLength(recipe, input, settings)];
        SeededRandom.Derive(8).FillUniform(statistics, .5f, 1.5f);
        var features = new float[input.Statistics];
        Array.Fill(features, .5f);
        return new NestedNetwork(task, recipe, settings, input, outputs, parameters, statistics, Nets.Report())
        {
            TargetMean = task == NetTask.Regression ? 100 : 0,
            TargetScale = task == NetTask.Regression ? 10 : 1,
            FeatureMean = features,
            FeatureFactor = [.. features.Select(_ => 2f)],
            Calibration = [.. settings.Steps.Select(step => task == NetTask.Regression ? .1f : 1 + (step * .01f))],
        };
    }
}
