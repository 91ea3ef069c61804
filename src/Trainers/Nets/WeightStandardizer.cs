using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Nets;

/// <summary>
/// Weight standardisation (Qiao et al., arXiv 1903.10520): ŵ = (w − μ) / (σ + ε) for each row, with the row's mean μ and deviation σ = √mean((w − μ)²), and its gradient in closed form.
/// </summary>
internal sealed class WeightStandardizer : IDisposable
{
    /// <summary>ε, added to the deviation.</summary>
    public const double Epsilon = 1e-5;

    private readonly Tensor _weight;      // [out, in]
    private readonly Scalar _one = 1;
    private readonly Scalar _minusOne = -1;
    private readonly Scalar _epsilon = Epsilon;
    private readonly Scalar _tiny = 1e-30;
    private readonly Scalar _share;       // 1 / in
    private Tensor? _inverse;             // [out, 1], 1 / (σ + ε) of the last training pass
    private Tensor? _back;                // [out, 1], 1 / (in σ) of the last training pass

    public WeightStandardizer(Tensor weight, string name)
    {
        _weight = weight;
        if (weight.shape[1] < 2)
            throw new InvalidOperationException(
                $"Weight standardisation takes the mean off each row, and the rows of '{name}' hold one number: nothing would be left. "
                + "Use Architecture.Mlp without weightStandardization, or give the layer at least 2 inputs.");
        _share = 1.0 / weight.shape[1];
    }

    /// <summary>ŵ, [out, in].</summary>
    /// <param name="training">Whether <see cref="Backward"/> follows.</param>
    public Tensor Standardize(bool training)
    {
        using Tensor mean = _weight.mean([1], keepdim: true);
        Tensor centred = _weight.sub(mean);
        using Tensor squares = centred.mul(centred);
        using Tensor deviation = squares.mean([1], keepdim: true).sqrt_(); // [out, 1]
        if (training)
        {
            using Tensor guarded = deviation.add(_tiny, _one);
            _back = guarded.reciprocal().mul_(_share);
        }

        Tensor inverse = deviation.add_(_epsilon, _one).reciprocal();
        centred.mul_(inverse);
        if (training)
            _inverse = inverse;
        else
            inverse.Dispose();
        return centred;
    }

    /// <summary>Turns the gradient by ŵ into that by w, in place: (g − mean g) / (σ + ε) − ŵ ⟨g, ŵ⟩ / (in σ).</summary>
    /// <param name="gradient">[out, in]</param>
    /// <param name="standardized">ŵ of the training pass.</param>
    public void Backward(Tensor gradient, Tensor standardized)
    {
        using (Tensor product = gradient.mul(standardized))
        using (Tensor along = product.sum(1, keepdim: true).mul_(_back!))
        using (Tensor mean = gradient.mean([1], keepdim: true))
        {
            gradient.sub_(mean).mul_(_inverse!);
            gradient.addcmul_(standardized, along, _minusOne);
        }

        _inverse!.Dispose();
        _back!.Dispose();
        _inverse = _back = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Scalar scalar in new[] { _one, _minusOne, _epsilon, _tiny, _share })
            scalar.Dispose();
    }
}
