namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>How a tensor of torchvision's becomes ours.</summary>
internal enum TorchvisionKind
{
    /// <summary>It is a parameter.</summary>
    Parameter,

    /// <summary>It is a running statistic.</summary>
    Statistic,

    /// <summary>It is taken off the running mean: the normalisation that follows would take it off again, so our convolutions have none.</summary>
    BiasBeforeNorm,

    /// <summary>It is not needed: a count of batches.</summary>
    Unused,
}
