namespace MLExtensions.Transforms.Selection;

/// <summary>Every row.</summary>
internal sealed class AllRows : RowChoice
{
    public override bool Takes(long position) => true;
}
