namespace MLExtensions.Trainers.Nets;

/// <summary>Which positive factors on a weight leave the function of a net unchanged (up to the normalisation's ε).</summary>
internal enum ScaleInvarianceKind
{
    /// <summary>None: the function follows the scale.</summary>
    None,

    /// <summary>One for each row: batch normalisation follows, which normalises each unit by itself.</summary>
    Rows,

    /// <summary>One for the whole matrix: layer normalisation follows, which normalises the units together.</summary>
    Matrix,
}
