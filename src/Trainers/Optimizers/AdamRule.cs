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
    private readonly Scalar _epsilon;
    private readonly Scalar _one = 1;

    public AdamRule(FlatParameters parameters, AdamOptimizer settings, int threads)
        : base(parameters, threads, states: 2)
    {
        _settings = settings;
        _beta1 = settings.Beta1;
        _rest1 = 1 - settings.Beta1;
        _beta2 = settings.Beta2;
        _rest2 = 1 - settings.Beta2;
        _epsilon = settings.Epsilon;
    }

    private (double Step, double Root) Corrections(double learningRate) =>
        (learningRate / (1 - Math.Pow(_settings.Beta1, Steps)), 1 / Math.Sqrt(1 - Math.Pow(_settings.Beta2, Steps)));

    private protected override void StepOnCpu(double learningRate)
    {
        (double step, double root) = Corrections(learningRate);
        ElementwisePasses.Run(
            new AdamPass((float)_settings.Beta1, (float)_settings.Beta2, (float)_settings.Epsilon, (float)step, (float)root),
            Parameters.Values, Parameters.Gradients, States[0], States[1], Threads);
    }

    private protected override void StepOnDevice(double learningRate)
    {
        (double step, double root) = Corrections(learningRate);
        using Scalar minusStep = -step;
        using Scalar rootScale = root;
        using DisposeScope scope = NewDisposeScope();
        Tensor g = Parameters.Gradients;
        States[0].mul_(_beta1).add_(g, _rest1);
        States[1].mul_(_beta2).addcmul_(g, g, _rest2);
        Tensor denominator = States[1].sqrt().mul_(rootScale).add_(_epsilon, _one);
        Parameters.Values.addcdiv_(States[0], denominator, minusStep);
    }

    public override void Dispose()
    {
        foreach (Scalar scalar in new[] { _beta1, _rest1, _beta2, _rest2, _epsilon, _one })
            scalar.Dispose();
        base.Dispose();
    }

    private readonly struct AdamPass(float beta1, float beta2, float epsilon, float step, float root) : IElementwisePass
    {
        public void Apply(ref Vector<float> w, Vector<float> g, ref Vector<float> m, ref Vector<float> v)
        {
            m = m * beta1 + g * (1 - beta1);
            v = v * beta2 + g * g * (1 - beta2);
            w -= step * m / (Vector.SquareRoot(v) * root + new Vector<float>(epsilon));
        }
    }
}
