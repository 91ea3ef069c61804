namespace MLExtensions.Transforms.Selection;

/// <summary>Rows by their place in the source.</summary>
internal sealed class RowsByPlace(SelectionRule rule) : RowChoice
{
    private long _seen;
    private int _next;

    public override bool Takes(long position)
    {
        _seen++;
        if (_next == rule.Rows.Length || rule.Rows[_next] != position)
            return false;
        Weight = rule.RowWeights[_next++];
        return true;
    }

    public override void End()
    {
        if (_seen != rule.SourceRows)
            throw new InvalidOperationException(
                $"The selection was fitted on {rule.SourceRows} source rows and chooses them by their place; these are {_seen}. Fit it on the rows that it is to choose from.");
    }
}
