using System.Numerics;
using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Optimizers;

/// <summary>Stochastic gradient descent with momentum over the flat buffer.</summary>
internal sealed class SgdRule : StepRule
{
    private readonly SgdOptimizer _settings;
    private readonly Scalar _momentum;
    private readonly Scalar _one = 1;

    public SgdRule(FlatParameters parameters, SgdOptimizer settings, int threads, RadialProjection? projection = null)
        : base(parameters, threads, states: settings.Momentum > 0 ? 1 : 0, projection)
    {
        _settings = settings;
        _momentum = settings.Momentum;
    }

    public override IReadOnlyList<int> StatePowers { get; } = [1];

    private protected override void StepInOnePass(double learningRate)
    {
        var pass = new SgdPass((float)_settings.Momentum, (float)learningRate, _settings.Nesterov);
        Tensor state = States.Count > 0 ? States[0] : Parameters.Gradients; // without momentum the pass leaves its memory equal to g
        ElementwisePasses.Run(pass, Parameters.Values, Parameters.Gradients, state, state);
    }

    private protected override void StepByTorch(double learningRate)
    {
        using Scalar minusRate = -learningRate;
        Tensor g = Parameters.Gradients;
        if (States.Count == 0)
        {
            Parameters.Values.add_(g, minusRate);
            return;
        }

        States[0].mul_(_momentum).add_(g, _one);
        if (!_settings.Nesterov)
        {
            Parameters.Values.add_(States[0], minusRate);
            return;
        }

        using Scalar ahead = -learningRate * _settings.Momentum;
        Parameters.Values.add_(g, minusRate).add_(States[0], ahead);
    }

    public override void Dispose()
    {
        _momentum.Dispose();
        _one.Dispose();
        base.Dispose();
    }

    private readonly struct SgdPass(float momentum, float rate, bool nesterov) : IElementwisePass
    {
        public void Apply(ref Vector<float> w, Vector<float> g, ref Vector<float> m, ref Vector<float> unused)
        {
            Vector<float> velocity = momentum == 0 ? g : m * momentum + g;
            w -= rate * (nesterov ? g + momentum * velocity : velocity);
            m = velocity;
            unused = velocity;
        }
    }
}
