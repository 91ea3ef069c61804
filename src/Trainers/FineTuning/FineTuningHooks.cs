using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Regularization;
using MLExtensions.Trainers.Training;

namespace MLExtensions.Trainers.FineTuning;

/// <summary>The hooks of a fit: frozen parameters, the head's learning rate, then the regularisers, which see two heads as two parameters.</summary>
internal static class FineTuningHooks
{
    public static IReadOnlyList<TrainingHook> Create(LoopSettings settings, Net net)
    {
        IReadOnlyList<ParameterSlot> slots = settings.TargetOutputs is { } outputs ? HeadSplit.Slots(net.Parameters.Layout, outputs) : net.Parameters.Layout.Parameters;
        IReadOnlySet<string> frozen = net.Frozen.Names;
        IReadOnlyList<TrainingHook> hooks = RegularizerSet.CreateHooks(settings.Regularizers, net, [.. slots.Where(slot => !frozen.Contains(slot.Name))], settings.Warn);
        if (settings.HeadRate != 1)
            hooks = [new HeadRateHook(net.Parameters, settings.HeadRate), .. hooks];
        return frozen.Count == 0 ? hooks : [new FreezeHook(net.Parameters, frozen), .. hooks];
    }
}
