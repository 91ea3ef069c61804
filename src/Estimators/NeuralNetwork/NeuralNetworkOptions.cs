using MLExtensions.Trainers.Nets;

namespace MLExtensions;

/// <summary>Options of the neural-network trainers. Nothing has to be set.</summary>
public sealed class NeuralNetworkOptions : NetworkTrainerOptions
{
    /// <summary>Classification: the share of each label that is spread over all classes while training, in [0, 1).</summary>
    /// <value>The default value is 0.</value>
    public double LabelSmoothing { get; set; }

    /// <summary>Classification: weights of whole classes.</summary>
    /// <value>The default value is <see langword="null"/>: every row counts the same.</value>
    public ClassWeights? ClassWeights { get; set; }

    /// <summary>Regression: the error beyond which the loss grows linearly instead of quadratically (Huber), in standard deviations of the label; above 0.</summary>
    /// <value>The default value is <see langword="null"/>: squared error.</value>
    public double? HuberDelta { get; set; }

    /// <summary>
    /// Fine-tuning: the first layer that trains, by its name or the beginning of its name up to a dot, such as "layer4" or "features.14" (torchvision's names), "layers.1" (a
    /// perceptron's second layer) or "head" (the output layer alone). All before it keep their weights and running statistics, and cost no gradient in convolutional nets.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: all layers train.</value>
    public string? FreezeUntil { get; set; }

    /// <summary>Fine-tuning: whether every batch normalisation keeps the running statistics that it starts with and normalises with them in training too. Better where batches are small.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool FreezeStatistics { get; set; }

    internal override void Check(NetTask task, ICollection<string> faults)
    {
        base.Check(task, faults);
        if (!(LabelSmoothing is >= 0 and < 1))
            faults.Add($"LabelSmoothing is {LabelSmoothing}; allowed is 0 to below 1. 0 switches it off.");
        if (HuberDelta is { } delta && !(delta > 0 && double.IsFinite(delta)))
            faults.Add($"HuberDelta is {delta}; it must be a finite number above 0. Leave it out for squared error.");
        ClassWeights?.Check(faults);
        if (FreezeUntil is not null && string.IsNullOrWhiteSpace(FreezeUntil))
            faults.Add("FreezeUntil is blank; give the name of the first layer that trains, such as \"head\", or null to train all.");
        if ((FreezeUntil is not null || FreezeStatistics) && InitialModel is null && InitialWeights is null)
            faults.Add("FreezeUntil and FreezeStatistics keep what a net starts with, and without InitialModel or InitialWeights that is random. Give one of them, or train all layers.");
        if (task == NetTask.Regression && (LabelSmoothing != 0 || ClassWeights is not null))
            faults.Add("LabelSmoothing and ClassWeights are for classification; leave them out for regression.");
        if (task != NetTask.Regression && HuberDelta is not null)
            faults.Add($"HuberDelta is {HuberDelta}; it is for regression. Leave it out for classification.");
    }
}
