namespace MLExtensions;

/// <summary>How classes or rows of a source are chosen for a target. All but transport are simple rivals, so that one can see whether transport earns its keep.</summary>
public enum SelectionStrategy
{
    /// <summary>By the mass that unbalanced optimal transport moves from them to the target (Liu et al., arXiv 2111.12292).</summary>
    Transport,

    /// <summary>By chance.</summary>
    Random,

    /// <summary>By the cosine distance to the nearest class mean of the target: nearest first.</summary>
    NearestMean,

    /// <summary>By the mean of the cosine distances to all class means of the target: nearest first.</summary>
    NearestMeanOfAll,

    /// <summary>
    /// Greedy k-centre (Gonzalez, 1985): the one nearest to the target first, then always the one farthest from those chosen, by cosine distance. Spreads over the source,
    /// whatever the target is.
    /// </summary>
    KCenter,

    /// <summary>All of them; the budget does not count.</summary>
    All,
}
