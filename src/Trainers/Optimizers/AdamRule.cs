using System.Numerics;
using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Optimizers;

/// <summary>Adam over the flat buffer: m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; w ← w − η m̂ / (√v̂ + ε).</summary>
internal sealed class AdamRule : StepRule
{
    private readonly AdamOptimizer _settings;
    private readonly Scalar _beta1;
    private readonly Scalar _rest1;
    private readonly Scalar _beta2;
    private readonly Scalar _rest2;
    private readonly Scalar _one = 1;
    private Tensor? _denominator; // scratch, kept: a fresh one would cost page faults every step

    public AdamRule(FlatParameters parameters, AdamOptimizer settings, int threads, RadialProjection? projection = null)
        : base(parameters, threads, states: 2, projection)
    {
        _settings = settings;
        _beta1 = settings.Beta1;
        _rest1 = 1 - settings.Beta1;
        _beta2 = settings.Beta2;
        _rest2 = 1 - settings.Beta2;
    }

    public override IReadOnlyList<int> StatePowers { get; } = [1, 2];

    // w ← w − η m̂ / (√v̂ + ε) with both bias corrections in the scalars: m̂ = m / (1−β₁ᵗ) and √v̂ = √v / √(1−β₂ᵗ).
    private (double Step, double Epsilon) Corrected(double learningRate)
    {
        double root = Math.Sqrt(1 - Math.Pow(_settings.Beta2, Steps));
        return (learningRate * root / (1 - Math.Pow(_settings.Beta1, Steps)), _settings.Epsilon * root);
    }

    private protected override void StepInOnePass(double learningRate)
    {
        (double step, double epsilon) = Corrected(learningRate);
        var pass = new AdamPass((float)_settings.Beta1, (float)_settings.Beta2, (float)epsilon, (float)step);
        ElementwisePasses.Run(pass, Parameters.Values, Parameters.Gradients, States[0], States[1]);
    }

    private protected override void StepByTorch(double learningRate)
    {
        (double step, double epsilon) = Corrected(learningRate);
        using Scalar minusStep = -step;
        using Scalar guard = epsilon;
        Tensor g = Parameters.Gradients;
        States[0].mul_(_beta1).add_(g, _rest1);
        States[1].mul_(_beta2).addcmul_(g, g, _rest2);
        _denominator ??= empty_like(g).DetachFromDisposeScope();
        _denominator.copy_(States[1]).sqrt_().add_(guard, _one);
        Parameters.Values.addcdiv_(States[0], _denominator, minusStep);
    }

    public override void Dispose()
    {
        foreach (Scalar scalar in new[] { _beta1, _rest1, _beta2, _rest2, _one })
            scalar.Dispose();
        _denominator?.Dispose();
        base.Dispose();
    }

    private readonly struct AdamPass(float beta1, float beta2, float epsilon, float step) : IElementwisePass
    {
        public void Apply(ref Vector<float> w, Vector<float> g, ref Vector<float> m, ref Vector<float> v)
        {
            m = m * beta1 + g * (1 - beta1);
            v = v * beta2 + g * g * (1 - beta2);
            w -= step * m / (Vector.SquareRoot(v) + new Vector<float>(epsilon));
        }
    }
}
