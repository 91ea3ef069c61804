namespace MLExtensions;

/// <summary>How pre-training data are chosen for a target. The defaults are the paper's: whole classes, by transport, with the official settings, a tenth of them.</summary>
public sealed class PretrainingSelectionOptions
{
    /// <summary>The label column of the source: a key.</summary>
    /// <value>The default value is "Label".</value>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>The column of the source by which rows are compared: a vector of Single of known size, such as a net's features (ml.Transforms.NetworkEmbedding).</summary>
    /// <value>The default value is "Features".</value>
    public string EmbeddingColumnName { get; set; } = "Features";

    /// <summary>The label column of the target: a key or a Boolean.</summary>
    /// <value>The default value is <see langword="null"/>: the name of the source's.</value>
    public string? TargetLabelColumnName { get; set; }

    /// <summary>The embedding column of the target, as wide as the source's.</summary>
    /// <value>The default value is <see langword="null"/>: the name of the source's.</value>
    public string? TargetEmbeddingColumnName { get; set; }

    /// <summary>Whether classes or rows are chosen.</summary>
    /// <value>The default value is <see cref="SelectionLevel.Classes"/>: one pass over the source.</value>
    public SelectionLevel Level { get; set; } = SelectionLevel.Classes;

    /// <summary>How they are chosen.</summary>
    /// <value>The default value is <see cref="SelectionStrategy.Transport"/>.</value>
    public SelectionStrategy Strategy { get; set; } = SelectionStrategy.Transport;

    /// <summary>How much is chosen.</summary>
    /// <value>The default value is <see langword="null"/>: a tenth of the classes that have rows, at least 2; or a tenth of the rows. The official code takes 100 of 1,000 classes.</value>
    public SelectionBudget? Budget { get; set; }

    /// <summary>Most rows of a class that are passed on, drawn by chance for classes, the best for rows; at least 1.</summary>
    /// <value>The default value is <see langword="null"/>: no limit, as in the official code.</value>
    public int? RowsPerClass { get; set; }

    /// <summary>Temperature, ε and ρ of the transport, and how it is solved. Used for the report whatever the strategy is.</summary>
    /// <value>The default values are those of the official code.</value>
    public ClassSelectionOptions Transport { get; set; } = new();

    /// <summary>Rows: whether the distance between the classes' means is added to that between rows.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool ClassAware { get; set; } = true;

    /// <summary>Rows: how many rows of the source, and of the target, the transport is solved on; drawn by chance where there are more. All rows get a score. At least 2.</summary>
    /// <value>The default value is 5,000.</value>
    public int SampleRows { get; set; } = 5000;

    /// <summary>A column that gets the weight of each row, Single, for the ExampleWeightColumnName of a trainer.</summary>
    /// <value>The default value is <see langword="null"/>: none.</value>
    public string? WeightColumnName { get; set; }

    /// <summary>The seed of all that is drawn by chance.</summary>
    /// <value>The default value is <see langword="null"/>: from the <see cref="Microsoft.ML.MLContext"/>'s seed.</value>
    public long? Seed { get; set; }

    /// <summary>Told every few thousand rows.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public IProgress<SelectionProgress>? Progress { get; set; }

    /// <summary>Stops the selection.</summary>
    /// <value>The default value never cancels.</value>
    public CancellationToken CancellationToken { get; set; }

    internal string TargetLabel => TargetLabelColumnName ?? LabelColumnName;

    internal string TargetEmbedding => TargetEmbeddingColumnName ?? EmbeddingColumnName;

    /// <summary>A copy that later changes of this object do not reach.</summary>
    internal PretrainingSelectionOptions Copy()
    {
        var copy = (PretrainingSelectionOptions)MemberwiseClone();
        copy.Transport = new ClassSelectionOptions
        {
            Temperature = Transport.Temperature,
            Epsilon = Transport.Epsilon,
            RhoSource = Transport.RhoSource,
            RhoTarget = Transport.RhoTarget,
            SkipEmptyClasses = true, // a key may have values without rows
            Transport = Transport.Transport.Copy(),
        };
        return copy;
    }

    internal void Check(ICollection<string> faults)
    {
        foreach ((string option, string? name, bool optional) in new[]
                 {
                     (nameof(LabelColumnName), LabelColumnName, false), (nameof(EmbeddingColumnName), EmbeddingColumnName, false),
                     (nameof(TargetLabelColumnName), TargetLabelColumnName, true), (nameof(TargetEmbeddingColumnName), TargetEmbeddingColumnName, true),
                     (nameof(WeightColumnName), WeightColumnName, true),
                 })
            if (!(optional && name is null) && string.IsNullOrWhiteSpace(name))
                faults.Add($"{option} is blank; give the name of a column{(optional ? ", or null" : "")}.");
        if (!Enum.IsDefined(Level))
            faults.Add($"Level is {(int)Level}; allowed are {string.Join(", ", Enum.GetNames<SelectionLevel>())}.");
        if (!Enum.IsDefined(Strategy))
            faults.Add($"Strategy is {(int)Strategy}; allowed are {string.Join(", ", Enum.GetNames<SelectionStrategy>())}.");
        Budget?.Check(faults);
        if (Budget?.IsMass == true && Strategy != SelectionStrategy.Transport)
            faults.Add($"Budget is {Budget}, a share of transported mass, and Strategy is {Strategy}; give SelectionBudget.Count or Share.");
        if (RowsPerClass < 1)
            faults.Add($"RowsPerClass is {RowsPerClass}; it must be at least 1. Leave it out for no limit.");
        if (SampleRows < 2)
            faults.Add($"SampleRows is {SampleRows}; it must be at least 2. 5000 is usual.");
        if (Transport is null)
            faults.Add("Transport is null; leave it as it is for the official settings.");
        else
            Transport.Check(faults);
    }
}
