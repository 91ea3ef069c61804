using System.Text.Json;
using System.Text.Json.Serialization;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Optimizers;

namespace MLExtensions.Trainers.Training;

/// <summary>Everything that a fit needs to go on after the last full epoch; random streams follow from seed and epoch and need no place here.</summary>
internal sealed class FitState
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>The finished epochs.</summary>
    public List<EpochReport> Epochs { get; } = [];

    /// <summary>The best weights so far.</summary>
    public BestWeights Best { get; } = new();

    /// <summary>Writes this state with the net's parameters and the optimiser's memory.</summary>
    public void Save(BinaryWriter writer, FlatParameters parameters, StepRule rule)
    {
        writer.Write(JsonSerializer.Serialize(Epochs, Json));
        FlatParameters.Write(writer, parameters.Values);
        FlatParameters.Write(writer, parameters.Buffers);
        rule.Save(writer);
        Best.Save(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(BinaryReader reader, FlatParameters parameters, StepRule rule)
    {
        Epochs.AddRange(JsonSerializer.Deserialize<List<EpochReport>>(reader.ReadString(), Json) ?? []);
        FlatParameters.Read(reader, parameters.Values);
        FlatParameters.Read(reader, parameters.Buffers);
        rule.Load(reader);
        Best.Load(reader);
    }
}
