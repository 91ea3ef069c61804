namespace MLExtensions;

/// <summary>Learns the labels of pre-training rows; made by <see cref="PretrainingLoss.Labels"/>.</summary>
public sealed record LabelPretrainingLoss : PretrainingLoss
{
    internal LabelPretrainingLoss()
    {
    }

    internal override bool NeedsLabels => true;

    internal override void Check(ICollection<string> faults)
    {
    }
}
