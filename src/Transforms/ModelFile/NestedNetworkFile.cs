using Microsoft.ML.Runtime;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Transforms.ModelFile;

/// <summary>
/// The bytes of a nested net inside ML.NET's model file: a <see cref="FileFrame"/> whose numbers are the parameters, the statistics of every width, and feature means
/// and factors. The view goes with it, so that a loaded model scores as the saved one did.
/// </summary>
internal static class NestedNetworkFile
{
    private const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "MLXNST\r\n"u8;

    /// <summary>Writes a net with its view and columns.</summary>
    public static void Write(BinaryWriter writer, NestedNetwork network, NestedView view, ScoreColumnNames columns, LabelValues? labels)
    {
        var header = new NestedNetworkHeader
        {
            Task = network.Task,
            Architecture = network.Architecture,
            Settings = network.Settings,
            View = view,
            InputWidth = network.InputWidth,
            Picture = network.Input.IsImage ? network.Input : null,
            OutputWidth = network.OutputWidth,
            Columns = columns,
            TargetMean = network.TargetMean,
            TargetScale = network.TargetScale,
            Standardized = network.FeatureMean.Length > 0,
            Calibrated = network.Calibration.Length > 0,
            LabelType = labels?.TypeName,
            Labels = labels?.ToTexts(),
            Report = network.Report,
        };
        byte[] json = HeaderJson.Write(header);
        FileFrame.Write(writer, Magic, Version, json, network.Parameters, network.Statistics, network.FeatureMean, network.FeatureFactor, network.Calibration);
    }

    /// <summary>Reads what <see cref="Write"/> wrote. Lengths are compared with the stream and the recipe before anything of that length is made.</summary>
    /// <param name="environment">For the transformer.</param>
    /// <param name="stream">Can seek; holds these bytes and no others.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, or of a newer version.</exception>
    public static BayesianNestedTransformer Read(IHostEnvironment environment, Stream stream)
    {
        (byte[] json, ChecksumReader input) = FileFrame.Read(stream, Magic, Version);
        NestedNetworkHeader header = HeaderJson.Read<NestedNetworkHeader>(json);
        var faults = new List<string>();
        header.Check(faults);
        if (faults.Count > 0)
            throw FileFrame.Damaged(string.Join(" ", faults).TrimEnd('.'));
        int features = header.Standards;
        int widths = header.Calibrated ? header.Settings.Steps.Count : 0;
        (int parameterCount, long statisticsCount) = Lengths(header);
        long expected = 4 * (parameterCount + statisticsCount + (2L * features) + widths);
        if (input.Left != expected)
            throw FileFrame.Damaged($"its recipe needs {expected} bytes of numbers, and it has {input.Left}");
        float[] parameters = input.ReadNumbers(parameterCount);
        float[] statistics = input.ReadNumbers((int)statisticsCount);
        float[] mean = input.ReadNumbers(features);
        float[] factor = input.ReadNumbers(features);
        float[] calibration = input.ReadNumbers(widths);
        var network = new NestedNetwork(header.Task, header.Architecture, header.Settings, header.Input, header.OutputWidth, parameters, statistics, header.Report)
        {
            TargetMean = header.TargetMean,
            TargetScale = header.TargetScale,
            FeatureMean = mean,
            FeatureFactor = factor,
            Calibration = calibration,
        };
        return new BayesianNestedTransformer(environment, network, header.View, header.Columns, HeaderJson.Labels(header.LabelType, header.Labels));
    }

    private static (int Parameters, long Statistics) Lengths(NestedNetworkHeader header)
    {
        try
        {
            long statistics = NestedNetwork.StatisticsLength(header.Architecture, header.Input, header.Settings);
            return statistics > int.MaxValue
                ? throw new OverflowException()
                : (NestedLayout.Of(header.Architecture, header.Input, header.OutputWidth, header.Settings).ParameterCount, statistics);
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
