using Microsoft.ML;

namespace MLExtensions;

/// <summary>
/// Rows of a related, larger labelled set that are trained on together with the rows of the pipeline (joint fine-tuning; Liu et al., arXiv 2111.12292, official code):
/// loss = l(target) + λ l(source), in one forward pass over a mixed batch. The rows have their own labels and classes, and an output layer of their own, which is thrown
/// away after the fit. An epoch is a pass over the target rows; these rows are cycled through beside it.
/// </summary>
/// <remarks>Pass them through the same fitted stages as the target rows, so that a feature means the same in both.</remarks>
public sealed class PretrainingData
{
    /// <summary>Pre-training rows with otherwise default settings.</summary>
    /// <param name="rows">The rows, such as those that <see cref="PretrainingSelectionTransformer.Select"/> gives.</param>
    public PretrainingData(IDataView rows) => Rows = rows;

    /// <summary>The rows.</summary>
    public IDataView Rows { get; }

    /// <summary>Their label column: a key, a Boolean or a Single, whatever the target's is. Not read where the loss needs no labels.</summary>
    /// <value>The default value is "Label".</value>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>Their feature column: a vector of Single, as wide as that of the target rows.</summary>
    /// <value>The default value is <see langword="null"/>: the name of the target's feature column.</value>
    public string? FeatureColumnName { get; set; }

    /// <summary>Their column of weights, Single, at least 0.</summary>
    /// <value>The default value is <see langword="null"/>: all rows count the same.</value>
    public string? ExampleWeightColumnName { get; set; }

    /// <summary>λ, what their loss is multiplied by; at least 0. 0 leaves only their part in the batch statistics.</summary>
    /// <value>The default value is 0.3, as in the official script for supervised nets; 1 is its value for self-supervised ones.</value>
    public double Lambda { get; set; } = 0.3;

    /// <summary>μ, pre-training rows per target row in a batch; above 0.</summary>
    /// <value>The default value is 1.</value>
    public double Ratio { get; set; } = 1;

    /// <summary>What is learned from them.</summary>
    /// <value>The default value is <see cref="PretrainingLoss.Labels"/>.</value>
    public PretrainingLoss Loss { get; set; } = PretrainingLoss.Labels();

    /// <summary>A copy that later changes of this object do not reach.</summary>
    internal PretrainingData Copy() => (PretrainingData)MemberwiseClone();

    /// <summary>Adds what is wrong to <paramref name="faults"/>.</summary>
    internal void Check(ICollection<string> faults)
    {
        if (Rows is null)
            faults.Add("PretrainingData: the rows are null; give an IDataView, or leave PretrainingData out.");
        if (string.IsNullOrWhiteSpace(LabelColumnName))
            faults.Add("PretrainingData: LabelColumnName is blank; give the name of a column.");
        if (FeatureColumnName is not null && string.IsNullOrWhiteSpace(FeatureColumnName))
            faults.Add("PretrainingData: FeatureColumnName is blank; give the name of a column, or null for that of the target rows.");
        if (ExampleWeightColumnName is not null && string.IsNullOrWhiteSpace(ExampleWeightColumnName))
            faults.Add("PretrainingData: ExampleWeightColumnName is blank; give the name of a column, or null for no weights.");
        if (!(Lambda >= 0 && double.IsFinite(Lambda)))
            faults.Add($"PretrainingData: Lambda is {Lambda}; it must be a finite number of at least 0. 0.3 is usual.");
        if (!(Ratio is > 0 and <= 1000))
            faults.Add($"PretrainingData: Ratio is {Ratio}; it must be above 0 and at most 1,000 pre-training rows per target row. 1 is usual.");
        if (Loss is null)
            faults.Add("PretrainingData: Loss is null; give one, such as PretrainingLoss.Labels().");
        else
            Loss.Check(faults);
    }
}
