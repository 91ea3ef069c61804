namespace MLExtensions;

/// <summary>How the units of a nested net are put in order: which of them go first when the net is cut to a width.</summary>
public enum NestedOrdering
{
    /// <summary>The probabilities of the widths are learned with the weights, layer by layer (Cui et al., CVPR 2021).</summary>
    Learned,

    /// <summary>The probability to go on to the next group is fixed at the options' InitialContinue (nested dropout, Rippel et al., 2014).</summary>
    Fixed,

    /// <summary>All widths are drawn equally often (as slimmable nets are trained, Yu et al., 2019).</summary>
    Uniform,

    /// <summary>No order: the net has its full width only, with variational weights.</summary>
    None,
}
