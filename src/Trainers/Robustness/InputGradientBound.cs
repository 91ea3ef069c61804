using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Robustness;

/// <summary>
/// An upper bound of the Jacobian of a net's outputs by its features, in any point: ‖J‖ ≤ Π L_l ‖W_l‖ with the Frobenius norms of the weights and the greatest slopes L of
/// the activations. It is the log of this bound that the first term of the scale-shift-invariant penalty lowers. Sums logs, since products of deep nets overflow.
/// </summary>
internal static class InputGradientBound
{
    // The greatest slopes: of x Φ(x) at √2, of x σ(x) at 2.3994.
    private const double GeluSlope = 1.1289042;
    private const double SiluSlope = 1.0998394;

    /// <summary>The norm of the gradient of the cross-entropy by the outputs is at most this: √2 for softmax, 1 for one logit.</summary>
    public static double OfLoss(NetTask task) => task == NetTask.Multiclass ? Math.Sqrt(2) : 1;

    /// <summary>log of the bound; null where none is known.</summary>
    /// <param name="network">The net; batch normalisation is multiplied into the weights as it scores.</param>
    /// <param name="scale">Net's units per unit of what the gradient is by: [inputs]</param>
    public static double? Log(FittedNetwork network, ReadOnlySpan<float> scale)
    {
        if (network.Architecture is not MlpArchitecture { Normalization: not Normalization.Layer } recipe)
            return null;
        ParameterLayout layout = ParameterLayout.Of(recipe, network.InputWidth, network.OutputWidth);
        double slope = recipe.Activation switch
        {
            Activation.Gelu => GeluSlope,
            Activation.Silu => SiluSlope,
            _ => 1,
        };
        double log = recipe.Widths.Count * Math.Log(slope);
        for (int i = 0; i <= recipe.Widths.Count; i++)
        {
            bool isHead = i == recipe.Widths.Count;
            double[] rows = isHead || recipe.Normalization == Normalization.None ? [] : BatchNormFactors(network, layout, $"layers.{i}.norm");
            log += LogNorm(Piece(network.Parameters, layout[isHead ? "head.weight" : $"layers.{i}.weight"]), rows, i == 0 ? scale : []);
        }

        return log;
    }

    /// <summary>
    /// log of the bound of a residual block h ↦ S h + F(h): log(‖S‖ + Π‖W_l‖), with ‖S‖ = 1 for a plain skip connection. Blocks and plain layers add up over a net.
    /// </summary>
    /// <param name="logBranch">Σ log‖W_l‖ over the layers of F.</param>
    /// <param name="logShortcut">log‖S‖.</param>
    public static double LogResidual(double logBranch, double logShortcut = 0)
    {
        (double larger, double smaller) = logBranch > logShortcut ? (logBranch, logShortcut) : (logShortcut, logBranch);
        return double.IsNegativeInfinity(larger) ? larger : larger + Math.Log(1 + Math.Exp(smaller - larger));
    }

    // ‖diag(rows) W diag(columns)‖
    private static double LogNorm(ReadOnlySpan<float> weight, ReadOnlySpan<double> rows, ReadOnlySpan<float> columns)
    {
        double sum = 0;
        int width = !columns.IsEmpty ? columns.Length : weight.Length / Math.Max(1, rows.Length);
        for (int at = 0; at < weight.Length; at++)
        {
            double value = weight[at];
            if (!rows.IsEmpty)
                value *= rows[at / width];
            if (!columns.IsEmpty)
                value *= columns[at % width];
            sum += value * value;
        }

        return 0.5 * Math.Log(sum);
    }

    private static double[] BatchNormFactors(FittedNetwork network, ParameterLayout layout, string name)
    {
        ReadOnlySpan<float> scale = Piece(network.Parameters, layout[name + ".scale"]);
        ReadOnlySpan<float> variance = Piece(network.Buffers, layout[name + ".variance"]);
        var factors = new double[scale.Length];
        for (int i = 0; i < factors.Length; i++)
            factors[i] = scale[i] / Math.Sqrt(variance[i] + ActivationBlock.Epsilon);
        return factors;
    }

    private static ReadOnlySpan<float> Piece(float[] values, ParameterSlot slot) => values.AsSpan(slot.Offset, slot.Length);
}
