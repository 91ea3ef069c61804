using System.Numerics.Tensors;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Scoring;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// Cuts a plain net of a given width out of a nested one: leading rows and columns of every weight. With batch normalisation a dropped unit is a constant, act(β);
/// what it feeds to the next layer is folded into that layer's bias, or into the mean of its normalisation. Without, a dropped unit is 0, and the output of a kept
/// one is multiplied by its keep probability κ (Cui et al., section 4.3), folded into its weights.
/// </summary>
/// <param name="network">The nested net.</param>
/// <param name="step">The width in steps.</param>
internal sealed class NestedExtraction(NestedNetwork network, int step)
{
    /// <summary>The plain net with the mean weights. A regression keeps its mean only.</summary>
    public FittedNetwork Extract()
    {
        int outputs = network.Task == NetTask.Regression ? 1 : network.OutputWidth;
        return Cut(network.Task, outputs, network.Report, name => network.Parameter(name));
    }

    /// <summary>The plain net of all outputs with mean weights, as it is scored.</summary>
    public FittedNetwork Mean() => Cut(NetTask.Multiclass, network.OutputWidth, network.Report, name => network.Parameter(name));

    /// <summary>The plain net with weights drawn from the posterior. A draw of a wider net has the same numbers where the narrower one has weights.</summary>
    /// <param name="sample">Number of the draw.</param>
    public FittedNetwork Sample(int sample)
    {
        var drawn = new Dictionary<string, float[]>();
        int index = 0;
        foreach (ParameterSlot slot in network.Layout.Parameters.Where(slot => slot.Role == ParameterRole.Weight))
        {
            float[] weights = network.Parameter(slot.Name).ToArray();
            ReadOnlySpan<float> logAlpha = network.Parameter(NestedLayout.NoiseOf(slot.Name));
            var random = SeededRandom.Derive(network.Report.Seed, (long)RandomPurpose.WeightSamples, sample, index++);
            for (int i = 0; i < weights.Length; i++)
                weights[i] += weights[i] * MathF.Exp(logAlpha[i] / 2) * (float)random.NextGaussian();
            drawn.Add(slot.Name, weights);
        }

        return Cut(NetTask.Multiclass, network.OutputWidth, network.Report, name => drawn.TryGetValue(name, out float[]? weights) ? weights : network.Parameter(name));
    }

    private FittedNetwork Cut(NetTask task, int outputs, TrainingReport report, ParameterSource source)
    {
        if (network.Architecture is not MlpArchitecture recipe)
            return NestedConvCut.Of(network, step, task, outputs, report, source);
        int[] widths = network.UnitsAt(step);
        Architecture narrow = network.RecipeAt(step);
        ParameterLayout layout = ParameterLayout.Of(narrow, network.InputWidth, outputs);
        var parameters = new float[layout.ParameterCount];
        var buffers = new float[layout.BufferCount];
        int at = network.StatisticsStart(step);
        int inputs = network.InputWidth;
        float[] dropped = [];
        for (int layer = 0; layer <= widths.Length; layer++)
        {
            bool isHead = layer == widths.Length;
            string name = isHead ? "head" : $"layers.{layer}";
            int units = isHead ? outputs : widths[layer];
            int full = isHead ? network.OutputWidth : recipe.Widths[layer];
            ReadOnlySpan<float> weight = source(name + ".weight");
            int fullInputs = weight.Length / full;
            float[] constant = Slice(weight, fullInputs, inputs, dropped, Target($"{name}.weight"));
            if (isHead || recipe.Normalization == Normalization.None)
                TensorPrimitives.Add(source(name + ".bias")[..units], constant, Target($"{name}.bias"));
            if (isHead)
            {
                Calibrate(network, step, Target("head.weight"), Target("head.bias"));
                break;
            }

            if (recipe.Normalization == Normalization.Batch)
            {
                source($"{name}.norm.scale")[..units].CopyTo(Target($"{name}.norm.scale"));
                source($"{name}.norm.shift")[..units].CopyTo(Target($"{name}.norm.shift"));
                TensorPrimitives.Subtract(network.Statistics.AsSpan(at, units), constant, Buffer($"{name}.norm.mean"));
                network.Statistics.AsSpan(at + units, units).CopyTo(Buffer($"{name}.norm.variance"));
                at += 2 * units;
                dropped = Activated(source($"{name}.norm.shift")[units..], recipe.Activation);
            }
            else
            {
                ScaleByKeep(network, layer, Target($"{name}.weight"), Target($"{name}.bias"));
                dropped = [];
            }

            inputs = units;
        }

        return new FittedNetwork(task, narrow, network.InputWidth, outputs, parameters, buffers, report with { Architecture = narrow.ToString(), Parameters = parameters.Length })
        {
            TargetMean = network.TargetMean,
            TargetScale = network.TargetScale,
            FeatureMean = network.FeatureMean,
            FeatureFactor = network.FeatureFactor,
        };

        Span<float> Target(string name) => parameters.AsSpan(layout[name].Offset, layout[name].Length);
        Span<float> Buffer(string name) => buffers.AsSpan(layout[name].Offset, layout[name].Length);
    }

    /// <summary>Folds the calibration of a width into the output layer.</summary>
    internal static void Calibrate(NestedNetwork network, int step, Span<float> weight, Span<float> bias)
    {
        float number = network.CalibrationAt(step);
        if (network.Task == NetTask.Regression)
        {
            if (bias.Length > 1)
                bias[1] += number;
            return;
        }

        TensorPrimitives.Divide(weight, number, weight);
        TensorPrimitives.Divide(bias, number, bias);
    }

    // Copies the leading columns of the leading rows; gives what the constant inputs behind them add to each row.
    private static float[] Slice(ReadOnlySpan<float> weight, int fullInputs, int inputs, ReadOnlySpan<float> dropped, Span<float> target)
    {
        int rows = target.Length / inputs;
        var constant = new float[rows];
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> source = weight.Slice(row * fullInputs, fullInputs);
            source[..inputs].CopyTo(target[(row * inputs)..]);
            double sum = 0;
            for (int i = 0; i < dropped.Length; i++)
                sum += (double)source[inputs + i] * dropped[i];
            constant[row] = (float)sum;
        }

        return constant;
    }

    // The vectorised functions want whole vectors.
    private static float[] Activated(ReadOnlySpan<float> values, Activation activation)
    {
        if (values.IsEmpty)
            return [];
        var padded = new float[(values.Length + DenseLayer.Lane - 1) / DenseLayer.Lane * DenseLayer.Lane];
        values.CopyTo(padded);
        ActivationFunctions.Apply(activation, padded);
        return padded[..values.Length];
    }

    /// <summary>Multiplies the outputs of a layer without normalisation by their keep probability.</summary>
    internal static void ScaleByKeep(NestedNetwork network, int mask, Span<float> weight, Span<float> bias)
    {
        double[] keep = network.KeepOf(mask);
        NestedGroups groups = network.GroupsOf(mask);
        int inputs = weight.Length / bias.Length;
        for (int unit = 0, element = 0; unit < bias.Length; unit++)
        {
            while (groups.UnitsOfOutcome(element) <= unit)
                element++;
            float factor = (float)keep[element];
            bias[unit] *= factor;
            TensorPrimitives.Multiply(weight.Slice(unit * inputs, inputs), factor, weight.Slice(unit * inputs, inputs));
        }
    }

    /// <summary>A parameter of the whole net: a mean, or a draw.</summary>
    internal delegate ReadOnlySpan<float> ParameterSource(string name);
}
