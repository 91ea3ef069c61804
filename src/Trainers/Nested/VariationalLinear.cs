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
    private const double LeastVariance = 1e-12; // the paper's code has 1e-8, which is noise of its own

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
    private Tensor? _variance;  // [out, in], α θ²
    private Tensor? _ratio;     // [batch, out], ξ / (2 sqrt(δ))

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

    /// <summary>A draw; <paramref name="x"/> is kept for the backward pass and must stay alive until then.</summary>
    /// <param name="x">[batch, in]</param>
    /// <returns>[batch, out]</returns>
    public Tensor Sample(Tensor x)
    {
        _input = x;
        _square = x.mul(x);
        _variance = _noise.exp().mul_(_mean).mul_(_mean);
        Tensor y = Draw(x, _square, _mean, _variance, _bias, out _ratio);
        return y;
    }

    /// <summary>A draw of the first outputs, without a backward pass.</summary>
    /// <param name="x">[batch, in]</param>
    /// <param name="outputs">How many.</param>
    /// <returns>[batch, outputs]</returns>
    public Tensor SampleFirst(Tensor x, int outputs)
    {
        using Tensor mean = _mean.narrow(0, 0, outputs);
        using Tensor noise = _noise.narrow(0, 0, outputs);
        using Tensor variance = noise.exp().mul_(mean).mul_(mean);
        using Tensor? bias = _bias?.narrow(0, 0, outputs);
        using Tensor square = x.mul(x);
        Tensor y = Draw(x, square, mean, variance, bias, out Tensor ratio);
        ratio.Dispose();
        return y;
    }

    private Tensor Draw(Tensor x, Tensor square, Tensor mean, Tensor variance, Tensor? bias, out Tensor ratio)
    {
        using Tensor deviation = nn.functional.linear(square, variance).add_(_least, _one).sqrt_();
        Tensor noise = empty_like(deviation).normal_(0, 1, _draws);
        Tensor y = nn.functional.linear(x, mean, bias).addcmul_(deviation, noise, _one);
        ratio = noise.div_(deviation).mul_(_half);
        return y;
    }

    /// <summary>Overwrites the gradients of the last draw; disposes <paramref name="outputGradient"/>.</summary>
    /// <param name="outputGradient">[batch, out]; zero in the columns from <paramref name="kept"/> on.</param>
    /// <param name="kept">Leading outputs that count.</param>
    /// <param name="inputGradient">Whether the gradient by the input is wanted.</param>
    /// <returns>[batch, in], or null.</returns>
    public Tensor? Backward(Tensor outputGradient, long kept, bool inputGradient)
    {
        long outputs = _mean.shape[0];
        using Tensor byMean = outputGradient.narrow(1, 0, kept);          // [batch, kept]
        using Tensor ratio = _ratio!.narrow(1, 0, kept);
        using Tensor byVariance = byMean.mul(ratio);                      // [batch, kept], gradient by δ
        using Tensor mean = _mean.narrow(0, 0, kept);
        using Tensor variance = _variance!.narrow(0, 0, kept);
        using Tensor meanGradient = _meanGradient.narrow(0, 0, kept);
        using Tensor noiseGradient = _noiseGradient.narrow(0, 0, kept);
        using (Tensor transposed = byMean.t())
        using (Tensor varianceTransposed = byVariance.t())
        {
            meanGradient.addmm_(transposed, _input!, beta: 0, alpha: 1);
            noiseGradient.addmm_(varianceTransposed, _square!, beta: 0, alpha: 1); // by α θ²
        }

        // By log α: dA α θ². By θ, beside its own: dA 2 α θ = 2 (dA α θ²) / θ, without the division.
        noiseGradient.mul_(variance);
        using (Tensor safe = mean.sign().mul_(_least).add_(mean, _one))
            meanGradient.addcdiv_(noiseGradient, safe, _two);
        Clear(_meanGradient, kept, outputs);
        Clear(_noiseGradient, kept, outputs);
        if (_biasGradient is not null)
        {
            using Tensor sums = outputGradient.sum([0L]); // a bare 0 would be taken for a type
            _biasGradient.copy_(sums);
        }

        Tensor? result = null;
        if (inputGradient)
        {
            result = byVariance.mm(variance).mul_(_input!).mul_(_two);
            result.addmm_(byMean, mean, beta: 1, alpha: 1);
        }

        foreach (Tensor? kept1 in new[] { _square, _variance, _ratio, outputGradient })
            kept1!.Dispose();
        _input = _square = _variance = _ratio = null;
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Scalar scalar in new[] { _one, _two, _half, _least })
            scalar.Dispose();
    }

    private static void Clear(Tensor gradient, long from, long to)
    {
        if (from == to)
            return;
        using Tensor rest = gradient.narrow(0, from, to - from);
        rest.zero_();
    }
}
