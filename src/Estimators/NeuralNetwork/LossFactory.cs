using MLExtensions.Estimators.Fitting;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using static TorchSharp.torch;

namespace MLExtensions.Estimators.NeuralNetwork;

/// <summary>The loss of a task.</summary>
internal static class LossFactory
{
    public static Loss Create(NeuralNetworkOptions options, FitPlan plan, float targetScale, Device device) => plan.Task switch
    {
        NetTask.Multiclass => new CrossEntropyLoss(plan.OutputWidth, options.LabelSmoothing, device),
        NetTask.Binary => new BinaryCrossEntropyLoss(options.LabelSmoothing),
        _ => new HuberLoss(options.HuberDelta ?? double.PositiveInfinity, targetScale),
    };
}
