using System.Runtime.CompilerServices;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions;

/// <summary>Checks what a recipe says of its weights: whether their scale matters to the net's function. Weight rescaling relies on it.</summary>
public static class ScaleInvariance
{
    private const int Vectors = 64;
    private const int Images = 8; // each channel has many pixels, so few are enough for its statistics
    private const double Unchanged = 1e-2; // the normalisation's ε is felt a little

    /// <summary>Scales every weight of a random net of the recipe (a row where rows are said to be invariant, else the whole) by 1/3 and by 3 and compares outputs.</summary>
    /// <param name="architecture">The recipe.</param>
    /// <param name="input">What a row of features is; a number stands for a plain vector of that length.</param>
    /// <param name="outputWidth">Outputs per row, at least 1.</param>
    /// <returns>One entry per weight.</returns>
    /// <exception cref="TorchNotAvailableException">No libtorch.</exception>
    public static IReadOnlyList<ScaleInvarianceResult> Verify(Architecture architecture, InputShape input, int outputWidth)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(input.Length, 1, nameof(input));
        ArgumentOutOfRangeException.ThrowIfLessThan(outputWidth, 1);
        NativeTorch.EnsureLoaded();
        return VerifyWeights(architecture, input, outputWidth);
    }

    // A method of its own: compiling one that names torch's static fields already loads the native library, our way or not.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IReadOnlyList<ScaleInvarianceResult> VerifyWeights(Architecture architecture, InputShape input, int outputWidth)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(architecture, input, outputWidth, CPU);
        net.Initialize(seed: 1);
        int rows = input.IsImage ? Images : Vectors;
        var noise = new float[rows * input.Length];
        SeededRandom.Derive(1).FillUniform(noise, -1, 1);
        Tensor features = HostTensor.Create<float>(noise, CPU).reshape(rows, input.Length);
        float[] expected = Outputs(net, features);
        return [.. net.Parameters.Layout.Parameters.Where(slot => slot.Role == ParameterRole.Weight).Select(slot => VerifyWeight(net, slot, features, expected))];
    }

    private static ScaleInvarianceResult VerifyWeight(Net net, ParameterSlot slot, Tensor features, float[] expected)
    {
        int scaled = slot.ScaleInvariance == ScaleInvarianceKind.Rows ? slot.Length / slot.Shape[0] : slot.Length;
        Tensor weights = net.Parameters.ValueRange(slot.Offset, scaled);
        using Tensor original = weights.clone();
        double change = 0;
        foreach (float factor in new[] { 1f / 3, 3f })
        {
            using Scalar scale = factor;
            weights.mul_(scale);
            change = Math.Max(change, RelativeDifference(expected, Outputs(net, features)));
            weights.copy_(original);
        }

        bool declared = slot.ScaleInvariance != ScaleInvarianceKind.None;
        return new ScaleInvarianceResult(slot.Name, declared, change, declared == change < Unchanged);
    }

    // Batch statistics, as in training. The seed of dropout is the same for every pass.
    private static float[] Outputs(Net net, Tensor features)
    {
        net.BeginEpoch(seed: 1, epoch: 0);
        using Tensor outputs = net.Forward(features, training: true);
        return FlatParameters.ToArray(outputs.flatten());
    }

    private static double RelativeDifference(float[] expected, float[] actual)
    {
        double size = expected.Max(value => Math.Abs((double)value));
        return expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max() / Math.Max(size, 1e-30);
    }
}
