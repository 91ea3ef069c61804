namespace MLExtensions.Transforms.Selection;

/// <summary>Which rows of a source are passed on, and with what weight.</summary>
/// <param name="ClassCount">Classes of the source's key.</param>
/// <param name="SourceRows">Rows of the source, those without a label too.</param>
/// <param name="ClassWeights">By class: the weight of its rows, 0 for a class that was not chosen; empty when rows were chosen.</param>
/// <param name="Rows">By row: places of the rows in the source, from 0, ascending; empty when classes were chosen.</param>
/// <param name="RowWeights">Their weights.</param>
internal sealed record SelectionRule(int ClassCount, long SourceRows, float[] ClassWeights, long[] Rows, float[] RowWeights)
{
    /// <summary>Whether rows are passed on by their place.</summary>
    public bool IsByRow => ClassWeights.Length == 0;

    /// <summary>Adds what cannot be true of a saved rule.</summary>
    public void Check(ICollection<string> faults)
    {
        if (ClassCount < 1 || (!IsByRow && ClassWeights.Length != ClassCount))
            faults.Add($"it has {ClassWeights.Length} weights for {ClassCount} classes.");
        if (Rows.Length != RowWeights.Length)
            faults.Add($"it has {RowWeights.Length} weights for {Rows.Length} rows.");
        for (int i = 0; i < Rows.Length; i++)
            if (Rows[i] < 0 || Rows[i] >= SourceRows || (i > 0 && Rows[i] <= Rows[i - 1]))
            {
                faults.Add($"its row {i} of the source is {Rows[i]}.");
                break;
            }

        if (ClassWeights.Concat(RowWeights).Any(weight => !(weight >= 0 && float.IsFinite(weight))))
            faults.Add("it has a weight that is no number of at least 0.");
    }
}
