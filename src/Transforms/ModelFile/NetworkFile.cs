using Microsoft.ML.Runtime;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Transforms.ModelFile;

/// <summary>
/// The bytes of a net inside ML.NET's model file: a <see cref="FileFrame"/> with recipe, columns and report as JSON, whose numbers are the parameters, running statistics, feature
/// means and factors.
/// </summary>
internal static class NetworkFile
{
    private const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "MLXNET\r\n"u8;

    /// <summary>Writes a net with its columns.</summary>
    public static void Write(BinaryWriter writer, FittedNetwork network, ScoreColumnNames columns, LabelValues? labels)
    {
        byte[] json = HeaderJson.Write(HeaderOf(network, columns, labels));
        FileFrame.Write(writer, Magic, Version, json, network.Parameters, network.Buffers, network.FeatureMean, network.FeatureFactor);
    }

    /// <summary>Reads a transformer that scores.</summary>
    /// <param name="environment">For the transformer.</param>
    /// <param name="stream">Can seek; holds what <see cref="Write"/> wrote and nothing else.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, or of a newer version.</exception>
    public static NeuralNetworkTransformer Read(IHostEnvironment environment, Stream stream)
    {
        (FittedNetwork network, ScoreColumnNames columns, LabelValues? labels) = Read(stream);
        return new NeuralNetworkTransformer(environment, network, columns, labels);
    }

    /// <summary>Reads what <see cref="Write"/> wrote. Lengths are compared with the stream and the recipe before anything of that length is made.</summary>
    /// <param name="stream">Can seek; holds these bytes and no others.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, or of a newer version.</exception>
    public static (FittedNetwork Network, ScoreColumnNames Columns, LabelValues? Labels) Read(Stream stream)
    {
        (byte[] json, ChecksumReader input) = FileFrame.Read(stream, Magic, Version);
        return Assemble(HeaderJson.Read<NetworkHeader>(json), input);
    }

    private static (FittedNetwork, ScoreColumnNames, LabelValues?) Assemble(NetworkHeader header, ChecksumReader input)
    {
        ParameterLayout layout = LayoutOf(header);
        long expected = 4 * ((long)layout.ParameterCount + layout.BufferCount + (header.Standardized ? 2L * header.Input.Statistics : 0));
        if (input.Left != expected)
            throw FileFrame.Damaged($"its recipe needs {expected} bytes of numbers, and it has {input.Left}");
        float[] parameters = input.ReadNumbers(layout.ParameterCount);
        float[] buffers = input.ReadNumbers(layout.BufferCount);
        float[] mean = input.ReadNumbers(header.Standardized ? header.Input.Statistics : 0);
        float[] factor = input.ReadNumbers(header.Standardized ? header.Input.Statistics : 0);
        var network = new FittedNetwork(header.Task, header.Architecture, header.Input, header.OutputWidth, parameters, buffers, header.Report)
        {
            TargetMean = header.TargetMean,
            TargetScale = header.TargetScale,
            FeatureMean = mean,
            FeatureFactor = factor,
            Precision = header.Precision,
            Mirrored = header.Mirrored,
        };
        return (network, header.Columns, HeaderJson.Labels(header.LabelType, header.Labels));
    }

    private static NetworkHeader HeaderOf(FittedNetwork network, ScoreColumnNames columns, LabelValues? labels) => new()
    {
        Task = network.Task,
        Architecture = network.Architecture,
        InputWidth = network.InputWidth,
        OutputWidth = network.OutputWidth,
        Picture = network.Input.IsImage ? network.Input : null,
        Precision = network.Precision,
        Mirrored = network.Mirrored,
        Columns = columns,
        TargetMean = network.TargetMean,
        TargetScale = network.TargetScale,
        Standardized = network.FeatureMean.Length > 0,
        LabelType = labels?.TypeName,
        Labels = labels?.ToTexts(),
        Report = network.Report,
    };

    private static ParameterLayout LayoutOf(NetworkHeader header)
    {
        var faults = new List<string>();
        header.Check(faults);
        if (faults.Count > 0)
            throw FileFrame.Damaged(string.Join(" ", faults).TrimEnd('.'));
        try
        {
            return ParameterLayout.Of(header.Architecture, header.Input, header.OutputWidth);
        }
        catch (OverflowException)
        {
            throw FileFrame.Damaged("its recipe has too many parameters");
        }
        catch (InvalidOperationException e)
        {
            throw FileFrame.Damaged("its recipe does not go with its pictures: " + e.Message.TrimEnd('.'));
        }
    }
}
