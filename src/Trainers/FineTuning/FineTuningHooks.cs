using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Training;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>The hooks of a fit: the head's learning rate, then the regularisers, which see two heads as two parameters.</summary>
internal static class FineTuningHooks
{
    public static IReadOnlyList<TrainingHook> Create(LoopSettings settings, Net net)
    {
        IReadOnlyList<TrainingHook> hooks = RegularizerSet.CreateHooks(
            settings.Regularizers, net, settings.TargetOutputs is { } outputs ? HeadSplit.Slots(net.Parameters.Layout, outputs) : null, settings.Warn);
        return settings.HeadRate == 1 ? hooks : [new HeadRateHook(net.Parameters, settings.HeadRate), .. hooks];
    }
}
