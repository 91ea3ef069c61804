using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MLExtensions.Estimators.Data;
using MLExtensions.Trainers.FineTuning;
using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Training;
using static TorchSharp.torch;

namespace MLExtensions.Estimators.FineTuning;

/// <summary>What a fit starts from and what it trains on beside its own rows. With neither, it changes nothing.</summary>
internal sealed class FineTuningPlan
{
    private readonly NetworkTrainerOptions _options;
    private readonly PretrainingSet? _pretraining;

    private FineTuningPlan(NetworkTrainerOptions options, InitialNetwork? initial, PretrainingSet? pretraining)
    {
        _options = options;
        Initial = initial;
        _pretraining = pretraining;
    }

    /// <summary>The net from which the fit starts; null for random weights.</summary>
    public InitialNetwork? Initial { get; }

    /// <summary>What the learning rate of the output layer is multiplied by.</summary>
    public double HeadRate => _options.EffectiveHeadRate;

    /// <summary>Outputs that the net carries beside the target's.</summary>
    public int SourceOutputs => _pretraining?.Head?.Count ?? 0;

    /// <summary>Rows of a mixed batch per target row.</summary>
    public double RowsPerTargetRow => 1 + (_pretraining is null ? 0 : _options.PretrainingData!.Ratio * (_pretraining.Head is null ? 2 : 1));

    /// <summary>Pre-training rows.</summary>
    public long PretrainingRows => _pretraining?.Rows.Rows ?? 0;

    /// <summary>Reads the pre-training rows, and settles how features are standardised.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Initial model or pre-training rows do not go with the target rows.</exception>
    public static FineTuningPlan Of(NetworkTrainerOptions options, TrainingSet target, long seed, Action checkAlive)
    {
        InitialNetwork? initial = InitialModels.Of(options, target.Columns.Features, target.Columns.Width);
        PretrainingSet? pretraining = options.PretrainingData is null ? null : PretrainingSet.Read(options, target, seed, checkAlive);
        if (initial is not null || pretraining is not null)
        {
            Standardization? standardization = initial is null ? target.StandardizationOfStatistics() : InitialModels.StandardizationOf(initial);
            target.Standardize(standardization);
            pretraining?.Rows.Standardize(standardization);
        }

        return new FineTuningPlan(options, initial, pretraining);
    }

    /// <summary>Writes the initial model's weights over the random ones; null without an initial model.</summary>
    /// <param name="net">The initialised net.</param>
    /// <param name="head">The target's head.</param>
    /// <param name="takeHead">Whether its weights can be taken at all.</param>
    public InitialModelReport? Start(Net net, HeadOutputs head, bool takeHead = true)
    {
        if (Initial is null)
            return null;
        HeadOutputs[] heads = _pretraining?.Head is { } source ? [head, source] : [head];
        InitialModelReport report = new WeightTransfer(Initial, net.Parameters.Layout).Apply(net.Parameters, heads, takeHead && _options.UseInitialHead);
        net.HasFittedStatistics = report.Taken.Count > 0;
        return report;
    }

    /// <summary>The feed of a fit; takes the target's over.</summary>
    public IRowFeed Feed(IRowFeed target, int batchSize, Device device) => _pretraining?.CreateFeed(target, batchSize, device) ?? target;

    /// <summary>The loss of a fit; takes the target's over.</summary>
    public Loss LossOf(Loss target, int targetOutputs, Device device) => _pretraining?.CreateLoss(target, targetOutputs, device) ?? target;

    /// <summary>The parameters of the model: those of the net without the source's head.</summary>
    public float[] Kept(Net net, float[] parameters, int targetOutputs) => SourceOutputs == 0
        ? parameters
        : HeadSplit.TargetOnly(net.Parameters.Layout, parameters, ParameterLayout.Of(net.Architecture, net.Input, targetOutputs));

    /// <summary>All that decides the result, as text.</summary>
    public string Fingerprint()
    {
        string initial = "";
        if (Initial is { Network: { } network })
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (float[] numbers in new[] { network.Parameters, network.Buffers, network.FeatureMean, network.FeatureFactor, [network.TargetMean, network.TargetScale], Initial.Nested?.Parameters ?? [] })
                hash.AppendData(MemoryMarshal.AsBytes<float>(numbers));
            initial = $"{network.Architecture} {string.Join('\n', Initial.Classes ?? [])} {Convert.ToHexString(hash.GetHashAndReset())}";
        }

        return FormattableString.Invariant($"{HeadRate} {_options.UseInitialHead} {initial} {_pretraining?.Fingerprint()}");
    }
}
