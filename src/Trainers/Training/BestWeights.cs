using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Training;

/// <summary>Remembers the weights with the lowest validation loss.</summary>
internal sealed class BestWeights
{
    /// <summary>The epoch (1-based) they are from; 0 for none yet.</summary>
    public int Epoch { get; private set; }

    /// <summary>Their validation loss.</summary>
    public double Loss { get; private set; } = double.PositiveInfinity;

    /// <summary>The weights, flat.</summary>
    public float[] Parameters { get; private set; } = [];

    /// <summary>The running statistics that belong to them.</summary>
    public float[] Buffers { get; private set; } = [];

    /// <summary>Takes a copy when the loss is the lowest so far.</summary>
    public void Offer(int epoch, double loss, FlatParameters parameters)
    {
        if (!(loss < Loss))
            return;
        Epoch = epoch;
        Loss = loss;
        if (Parameters.Length == 0)
            (Parameters, Buffers) = parameters.ToArrays();
        else
            parameters.CopyTo(Parameters, Buffers); // new arrays would be garbage of the large-object heap in every better epoch
    }

    /// <summary>Writes epoch, loss and weights.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(Epoch);
        writer.Write(Loss);
        FloatArrays.Write(writer, Parameters);
        FloatArrays.Write(writer, Buffers);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(BinaryReader reader)
    {
        Epoch = reader.ReadInt32();
        Loss = reader.ReadDouble();
        Parameters = FloatArrays.Read(reader);
        Buffers = FloatArrays.Read(reader);
    }
}
