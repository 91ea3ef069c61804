namespace MLExtensions;

/// <summary>How the size of a change to a row is measured.</summary>
public enum AttackNorm
{
    /// <summary>The largest change of a feature: each may move by epsilon.</summary>
    LInfinity,

    /// <summary>The root of the sum of squares: all features together may move by epsilon.</summary>
    L2,
}
