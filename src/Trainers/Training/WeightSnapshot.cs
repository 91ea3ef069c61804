using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Training;

/// <summary>A copy of weights and running statistics at the start of an epoch. Its arrays are used again and again.</summary>
internal sealed class WeightSnapshot
{
    /// <summary>The weights, flat.</summary>
    public float[] Parameters { get; private set; } = [];

    /// <summary>The running statistics that belong to them.</summary>
    public float[] Buffers { get; private set; } = [];

    /// <summary>Copies what the net holds now.</summary>
    public void Take(FlatParameters parameters)
    {
        if (Parameters.Length == 0)
            (Parameters, Buffers) = parameters.ToArrays();
        else
            parameters.CopyTo(Parameters, Buffers);
    }
}
