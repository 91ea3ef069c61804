using System.Security.Cryptography;
using System.Text;
using MLExtensions.Trainers.Training;

namespace MLExtensions.Estimators.Fitting;

/// <summary>The file in which a fit keeps its state, named by all that decides its result.</summary>
internal static class FitCheckpoint
{
    /// <summary>The file, found writable; null where the options ask for none.</summary>
    /// <param name="options">The options of the fit.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="plan">The plan of the fit.</param>
    /// <param name="threads">Threads of a torch operation.</param>
    /// <param name="method">What else decides the result: the options of the method alone, in a fixed order.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static CheckpointFile? Of(NetworkTrainerOptions options, FitRequest request, FitPlan plan, int threads, params object?[] method)
    {
        if (options.CheckpointFolder is not { } folder)
            return null;
        var checkpoint = new CheckpointFile(folder, Fingerprint(options, request, plan, threads, method));
        checkpoint.CheckWritable();
        return checkpoint;
    }

    private static string Fingerprint(NetworkTrainerOptions o, FitRequest request, FitPlan plan, int threads, object?[] method)
    {
        string text = InvariantText.Of(() => string.Join('\n', [plan, plan.Architecture, o.EffectiveOptimizer, o.LearningRateSchedule, string.Join(';', o.Regularization), o.GradientClipping,
            o.InitialWeights, o.Augmentation, o.ValidationFraction, o.Precision, o.ChannelStatistics, o.Cache, o.Cache?.BufferRows, .. method, threads,
            typeof(FitCheckpoint).Assembly.GetName().Version, typeof(TorchSharp.torch).Assembly.GetName().Version, request.Set.Hash(), request.FineTuning.Fingerprint()]));
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32].ToLowerInvariant();
    }
}
