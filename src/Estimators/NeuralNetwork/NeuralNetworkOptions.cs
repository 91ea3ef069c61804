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

    /// <summary>A copy that later changes of this object do not reach.</summary>
    internal NeuralNetworkOptions Copy()
    {
        var copy = (NeuralNetworkOptions)MemberwiseClone();
        if (Regularization is not null)
            copy.Regularization = [.. Regularization];
        copy.PretrainingData = PretrainingData?.Copy();
        return copy;
    }

    internal override void Check(NetTask task, ICollection<string> faults)
    {
        base.Check(task, faults);
        if (!(LabelSmoothing is >= 0 and < 1))
            faults.Add($"LabelSmoothing is {LabelSmoothing}; allowed is 0 to below 1. 0 switches it off.");
        if (HuberDelta is { } delta && !(delta > 0 && double.IsFinite(delta)))
            faults.Add($"HuberDelta is {delta}; it must be a finite number above 0. Leave it out for squared error.");
        ClassWeights?.Check(faults);
        if (task == NetTask.Regression && (LabelSmoothing != 0 || ClassWeights is not null))
            faults.Add("LabelSmoothing and ClassWeights are for classification; leave them out for regression.");
        if (task != NetTask.Regression && HuberDelta is not null)
            faults.Add($"HuberDelta is {HuberDelta}; it is for regression. Leave it out for classification.");
    }
}
