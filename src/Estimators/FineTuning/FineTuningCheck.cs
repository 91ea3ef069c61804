using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.FineTuning;

/// <summary>Checks the options of fine-tuning.</summary>
internal static class FineTuningCheck
{
    public static void Run(NetworkTrainerOptions o, NetTask task, ICollection<string> faults)
    {
        if (o.HeadLearningRateFactor is { } factor && !(factor > 0 && double.IsFinite(factor)))
            faults.Add($"HeadLearningRateFactor is {factor}; it must be a finite number above 0. 10 is usual for fine-tuning, 1 switches it off.");
        if (o.InitialModel is not null && !InitialModels.IsIn(o.InitialModel))
            faults.Add($"InitialModel is {o.InitialModel.GetType().Name} and holds no neural net; give a NeuralNetworkTransformer, a BayesianNestedTransformer, or a chain of transformers with one in it.");
        if (o.InitialModel is not null && o.InitialWeights is not null)
            faults.Add($"InitialModel and InitialWeights ('{o.InitialWeights}') are both set; a fit starts from one of them.");
        if (o.PretrainingData is not null && o.Augmentation?.Mixup > 0)
            faults.Add($"Augmentation.Mixup is {o.Augmentation.Mixup} beside PretrainingData: rows of two sets of labels cannot be mixed. Set Mixup to 0.");
        o.PretrainingData?.Check(faults);
        if (o.PretrainingData?.Loss is ConsistencyPretrainingLoss && task == NetTask.Regression)
            faults.Add("PretrainingData: PretrainingLoss.Consistency is for classification: it compares probabilities of classes. Use PretrainingLoss.Labels() for regression.");
    }
}
