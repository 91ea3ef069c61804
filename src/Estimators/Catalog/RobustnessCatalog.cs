using Microsoft.ML.Runtime;
using MLExtensions;
using MLExtensions.Estimators.Robustness;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Transforms.Interop;
using TorchSharp;

namespace Microsoft.ML;

/// <summary>Hangs the evaluation of robustness on ML.NET's catalogs.</summary>
public static class RobustnessCatalog
{
    /// <summary>Measures how a multiclass net does when its rows are changed a little: by noise, and by attacks that follow its gradient.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="model">A fitted pipeline with a neural net in it, or the net's transformer alone. Stages after the net are not used.</param>
    /// <param name="data">Rows as they enter the pipeline, with labels.</param>
    /// <param name="options">The options; copied. Null for the defaults.</param>
    /// <returns>Accuracy for each attack and epsilon, the mean gradient of the loss by the columns, and its bound.</returns>
    /// <remarks>
    /// Epsilon has the units of the attacked columns. By default these are the columns that enter the pipeline: the features are traced back through
    /// <c>NormalizeMinMax</c>, <c>NormalizeMeanVariance</c>, <c>NormalizeRobustScaling</c>, <c>Concatenate</c>, <c>CopyColumns</c>, conversions from number to number and
    /// replacements of missing values. Through other stages (text, one-hot, binning) no gradient goes; name the columns to attack in <see cref="RobustnessOptions.Columns"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">Options are out of range, or the model has no multiclass net; the message says what to do.</exception>
    /// <exception cref="InvalidOperationException">A stage cannot be differentiated, or there are no rows.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="TorchNotAvailableException">No libtorch; the message says which package to add.</exception>
    public static RobustnessMetrics EvaluateRobustness(this MulticlassClassificationCatalog catalog, ITransformer model, IDataView data, RobustnessOptions? options = null) =>
        Evaluate(catalog, NetTask.Multiclass, model, data, options);

    /// <summary>Measures how a binary net does when its rows are changed a little; see the multiclass form.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="model">A fitted pipeline with a neural net in it, or the net's transformer alone. Stages after the net are not used.</param>
    /// <param name="data">Rows as they enter the pipeline, with labels.</param>
    /// <param name="options">The options; copied. Null for the defaults.</param>
    /// <returns>Accuracy for each attack and epsilon, the mean gradient of the loss by the columns, and its bound.</returns>
    /// <exception cref="ArgumentException">Options are out of range, or the model has no binary net; the message says what to do.</exception>
    /// <exception cref="InvalidOperationException">A stage cannot be differentiated, or there are no rows.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="TorchNotAvailableException">No libtorch; the message says which package to add.</exception>
    public static RobustnessMetrics EvaluateRobustness(this BinaryClassificationCatalog catalog, ITransformer model, IDataView data, RobustnessOptions? options = null) =>
        Evaluate(catalog, NetTask.Binary, model, data, options);

    private static RobustnessMetrics Evaluate(TrainCatalogBase catalog, NetTask task, ITransformer model, IDataView data, RobustnessOptions? options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new RobustnessOptions();
        OptionsFaults.Throw(nameof(RobustnessOptions), options.Check);
        options = options.Copy();
        NetworkInPipeline target = NetworkInPipeline.Find(model, task);
        IHostEnvironment environment = Environments.Of(catalog);
        IHost host = environment.Register(nameof(EvaluateRobustness));
        NativeTorch.EnsureLoaded();
        torch.Device device = TorchDevice.Find(
            options.GpuDeviceId ?? HostSettings.GpuDeviceId(environment), options.FallbackToCpu ?? HostSettings.FallbackToCpu(environment), out _);
        return new RobustnessEvaluation(target, options, device, CheckAlive).Run(data);

        void CheckAlive()
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            Cancellation.CheckAlive(host);
        }
    }
}
