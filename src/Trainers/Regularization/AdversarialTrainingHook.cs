using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Robustness;
using MLExtensions.Trainers.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Regularization;

/// <summary>Replaces the features of every batch by the worst that a few steps of projected gradient ascent find within epsilon.</summary>
internal sealed class AdversarialTrainingHook : TrainingHook
{
    private readonly AdversarialTrainingRegularizer _settings;
    private readonly AttackSpace _space;
    private readonly Tensor _ignored; // [1], takes the losses of attack passes, which nobody reads
    private readonly Scalar _epsilon;
    private readonly Scalar _length;

    public AdversarialTrainingHook(Net net, AdversarialTrainingRegularizer settings)
    {
        _settings = settings;
        _epsilon = settings.Epsilon;
        _length = settings.Epsilon * settings.EffectiveStepSize;
        Device device = net.Parameters.Device;
        _space = new AttackSpace(Filled(1)!, Filled(settings.LowerBound), Filled(settings.UpperBound), device);
        _ignored = zeros(1, float64, device).DetachFromDisposeScope();

        float[]? Filled(double? value)
        {
            if (value is null)
                return null;
            var values = new float[net.InputWidth];
            Array.Fill(values, (float)value);
            return values;
        }
    }

    public override Batch BeforeForward(ForwardContext step)
    {
        if (_settings.Epsilon == 0)
            return step.Batch;
        using DisposeScope scope = NewDisposeScope();
        (Net net, Batch batch, Loss loss) = (step.Fit.Net, step.Batch, step.Loss);
        using var allowed = new Neighbourhood(_settings.Norm, _settings.Epsilon, _space, batch.Features);
        Tensor change = allowed.Project(Start(step));
        for (int i = 0; i < _settings.Steps; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor gradient = net.InputGradient(allowed.PointOf(change), outputs => loss.Gradient(outputs, batch, _ignored));
            allowed.Step(change, gradient, _length);
        }

        return batch with { Features = allowed.PointOf(change).MoveToOuterDisposeScope() };
    }

    public override void Dispose()
    {
        _space.Dispose();
        _ignored.Dispose();
        _epsilon.Dispose();
        _length.Dispose();
    }

    // Follows from the seed and the number of the step, so that a fit that goes on draws what an uninterrupted one would.
    private Tensor Start(ForwardContext step)
    {
        Tensor features = step.Batch.Features;
        if (!_settings.RandomStart)
            return zeros_like(features);
        long[] numbers = [.. Enumerable.Range(0, (int)features.shape[0]).Select(i => (long)i)];
        return new AttackDraws(step.Seed, numbers, (int)features.shape[1], features.device).UnitBall(_settings.Norm, turn: step.Step).mul_(_epsilon);
    }
}
