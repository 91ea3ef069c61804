using System.Runtime.InteropServices;
using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nested;

/// <summary>
/// A linear layer whose weights are normal with mean θ and variance α θ². In training every output is drawn from its own normal law (local reparameterisation,
/// Cui et al., equation 15): y = x θᵀ + b + sqrt(x² (α θ²)ᵀ) ξ. The backward pass is in closed form and writes into the flat gradient; columns that a mask has
/// dropped cost nothing there.
/// </summary>
internal sealed class VariationalLinear : IDisposable
{
    /// <summary>Under the variance of a draw; the paper's code has 1e-8, which is noise of its own.</summary>
    public const double LeastVariance = 1e-12;

    private readonly Tensor _mean;           // [out, in], θ
    private readonly Tensor _meanGradient;   // [out, in]
    private readonly Tensor _noise;          // [out, in], log α
    private readonly Tensor _noiseGradient;  // [out, in]
    private readonly Tensor? _bias;          // [out]
    private readonly Tensor? _biasGradient;  // [out]
    private readonly Generator _draws;
    private readonly Scalar _one = 1;
    private readonly Scalar _two = 2;
    private readonly Scalar _half = 0.5;
    private readonly Scalar _least = LeastVariance;
    private Tensor? _input;     // [batch, in]
    private Tensor? _square;    // [batch, in], x²
    private Tensor? _scaled;    // [kept, in], α θ
    private Tensor? _variance;  // [kept, in], α θ²
    private Tensor? _ratio;     // [batch, kept], ξ / (2 sqrt(δ))

    public VariationalLinear(FlatParameters parameters, string name, Generator draws)
    {
        ParameterSlot mean = parameters.Layout[name + ".weight"];
        ParameterSlot noise = parameters.Layout[name + ".noise"];
        _mean = parameters.ValueOf(mean);
        _meanGradient = parameters.GradientOf(mean);
        _noise = parameters.ValueOf(noise);
        _noiseGradient = parameters.GradientOf(noise);
        if (parameters.Layout.Parameters.FirstOrDefault(slot => slot.Name == name + ".bias") is { } bias)
        {
            _bias = parameters.ValueOf(bias);
            _biasGradient = parameters.GradientOf(bias);
        }

        _draws = draws;
    }

    /// <summary>The product with the mean weights.</summary>
    public Tensor Mean(Tensor x) => nn.functional.linear(x, _mean, _bias);

    /// <summary>
    /// A draw; <paramref name="x"/> is remembered for the backward pass and must stay alive until then. Outputs that will be dropped are not drawn: they are their means,
    /// which only the gradient of the mask sees.
    /// </summary>
    /// <param name="x">[batch, in]</param>
    /// <param name="kept">Leading outputs that are drawn.</param>
    /// <returns>[batch, out]</returns>
    public Tensor Sample(Tensor x, int kept)
    {
        _input = x;
        _square = x.mul(x);
        (_scaled, _variance) = Variances(kept);
        Tensor y = nn.functional.linear(x, _mean, _bias);
        using Tensor drawn = y.narrow(1, 0, kept);
        _ratio = AddNoise(drawn, _square, _variance);
        return y;
    }

    /// <summary>A draw of the first outputs, without a backward pass.</summary>
    /// <param name="x">[batch, in]</param>
    /// <param name="outputs">How many.</param>
    /// <returns>[batch, outputs]</returns>
    public Tensor SampleFirst(Tensor x, int outputs)
    {
        using Tensor mean = _mean.narrow(0, 0, outputs);
        using Tensor? bias = _bias?.narrow(0, 0, outputs);
        using Tensor square = x.mul(x);
        (Tensor scaled, Tensor variance) = Variances(outputs);
        Tensor y = nn.functional.linear(x, mean, bias);
        AddNoise(y, square, variance).Dispose();
        scaled.Dispose();
        variance.Dispose();
        return y;
    }

    /// <summary>Overwrites the gradients of the last draw; disposes <paramref name="outputGradient"/>.</summary>
    /// <param name="outputGradient">[batch, out]; zero in the columns that were not drawn.</param>
    /// <param name="inputGradient">Whether the gradient by the input is wanted.</param>
    /// <returns>[batch, in], or null.</returns>
    public Tensor? Backward(Tensor outputGradient, bool inputGradient)
    {
        long outputs = _mean.shape[0], kept = _variance!.shape[0];
        using Tensor byMean = outputGradient.narrow(1, 0, kept);          // [batch, kept]
        using Tensor byVariance = byMean.mul(_ratio!);                    // [batch, kept], gradient by δ
        using Tensor mean = _mean.narrow(0, 0, kept);
        using Tensor meanGradient = _meanGradient.narrow(0, 0, kept);
        using Tensor noiseGradient = _noiseGradient.narrow(0, 0, kept);
        using (Tensor transposed = byMean.t())
        using (Tensor varianceTransposed = byVariance.t())
        {
            meanGradient.addmm_(transposed, _input!, beta: 0, alpha: 1);
            noiseGradient.addmm_(varianceTransposed, _square!, beta: 0, alpha: 1); // by α θ²
        }

        Tensor? result = null;
        if (inputGradient)
        {
            result = byVariance.mm(_variance).mul_(_input!).mul_(_two);
            result.addmm_(byMean, mean, beta: 1, alpha: 1);
        }

        Chain(mean, meanGradient, noiseGradient);
        Clear(_meanGradient, kept, outputs);
        Clear(_noiseGradient, kept, outputs);
        if (_biasGradient is not null)
        {
            using Tensor sums = outputGradient.sum([0L]); // a bare 0 would be taken for a type
            _biasGradient.copy_(sums);
        }

        foreach (Tensor? used in new[] { _square, _scaled, _variance, _ratio, outputGradient })
            used!.Dispose();
        _input = _square = _scaled = _variance = _ratio = null;
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Scalar scalar in new[] { _one, _two, _half, _least })
            scalar.Dispose();
    }

    private (Tensor Scaled, Tensor Variance) Variances(int kept)
    {
        using Tensor mean = _mean.narrow(0, 0, kept);
        using Tensor noise = _noise.narrow(0, 0, kept);
        if (_mean.device_type != DeviceType.CPU)
        {
            Tensor product = noise.exp().mul_(mean);
            return (product, product.mul(mean));
        }

        Tensor scaled = empty_like(mean), variance = empty_like(mean);
        VariationalPasses.Variance(Numbers(noise), Numbers(mean), Numbers(scaled), Numbers(variance));
        return (scaled, variance);
    }

    // By log α: dA α θ². By θ, beside its own: 2 dA α θ.
    private void Chain(Tensor mean, Tensor meanGradient, Tensor noiseGradient)
    {
        if (_mean.device_type != DeviceType.CPU)
        {
            meanGradient.addcmul_(noiseGradient, _scaled!, _two);
            noiseGradient.mul_(_scaled!).mul_(mean);
            return;
        }

        VariationalPasses.Backward(Numbers(mean), Numbers(_scaled!), Numbers(noiseGradient), Numbers(meanGradient));
    }

    private Tensor AddNoise(Tensor y, Tensor square, Tensor variance)
    {
        using Tensor deviation = nn.functional.linear(square, variance).add_(_least, _one).sqrt_();
        Tensor noise = empty_like(deviation).normal_(0, 1, _draws);
        y.addcmul_(deviation, noise, _one);
        return noise.div_(deviation).mul_(_half);
    }

    private static Span<float> Numbers(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    private static void Clear(Tensor gradient, long from, long to)
    {
        if (from == to)
            return;
        using Tensor rest = gradient.narrow(0, from, to - from);
        rest.zero_();
    }
}
