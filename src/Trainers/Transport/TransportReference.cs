namespace MLExtensions;

/// <summary>The measure against which the plan's entropy is taken.</summary>
public enum TransportReference
{
    /// <summary>R_ij = a_i b_j: the plan's scale follows the weights'. The usual choice.</summary>
    Weights,

    /// <summary>R_ij = 1: what the paper on selection uses. With weights of 1 both are the same.</summary>
    Ones,
}
