namespace MLExtensions.Transforms.Selection;

/// <summary>Decides, row by row of a pass, what is passed on.</summary>
internal abstract class RowChoice
{
    /// <summary>The weight of the row that was taken last.</summary>
    public float Weight { get; private protected set; } = 1;

    /// <summary>Whether the row that the pass stands on is passed on.</summary>
    /// <param name="position">Its place, from 0.</param>
    public abstract bool Takes(long position);

    /// <summary>The pass is over.</summary>
    public virtual void End()
    {
    }
}
