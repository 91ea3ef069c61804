namespace MLExtensions;

/// <summary>What is learned from the rows of <see cref="T:MLExtensions.PretrainingData"/>.</summary>
public abstract record PretrainingLoss
{
    private protected PretrainingLoss()
    {
    }

    /// <summary>
    /// Their labels, through an output layer of their own: loss = l(target) + λ l(source), both batch means (Liu et al., arXiv 2111.12292, official code). The two sets of
    /// labels never meet: they share the net up to its last layer only.
    /// </summary>
    public static LabelPretrainingLoss Labels() => new();

    /// <summary>
    /// Their features only: a row is seen twice, a little changed (weak view) and much changed (strong view). What the net says of the weak view is the label of the strong one:
    /// q = softmax(z_weak / T), L = −Σ_i m_i Σ_c q_ic log p_ic(strong) / Σ_i m_i, with m_i = 1 where max q_i is at least the threshold, else 0
    /// (the paper's variant without source labels). When no row passes the threshold, L is 0. For classification.
    /// </summary>
    /// <param name="threshold">The least confidence that makes a row count, in [0, 1). 0 counts every row, as the official script does.</param>
    /// <param name="temperature">T, above 0. Below 1 it sharpens q.</param>
    /// <param name="weakNoise">Gaussian noise of the weak view, in standard deviations of each feature over the step's rows; at least 0.</param>
    /// <param name="strongNoise">Gaussian noise of the strong view, likewise; at least 0.</param>
    /// <param name="strongDropout">The share of features of the strong view that are replaced by their mean over the step's rows, in [0, 1).</param>
    /// <remarks>Differences: the paper's views are of pictures (crops, flips, RandAugment); these are of any vector, and their sizes are our choice.</remarks>
    public static ConsistencyPretrainingLoss Consistency(
        double threshold = 0, double temperature = 1, double weakNoise = 0.05, double strongNoise = 0.2, double strongDropout = 0.2) =>
        new(threshold, temperature, weakNoise, strongNoise, strongDropout);

    /// <summary>Whether the rows need a label.</summary>
    internal abstract bool NeedsLabels { get; }

    /// <summary>Adds what is wrong with these settings to <paramref name="faults"/>.</summary>
    internal abstract void Check(ICollection<string> faults);
}
