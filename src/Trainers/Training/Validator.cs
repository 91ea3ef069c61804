using MLExtensions.Trainers.Losses;
using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Training;

/// <summary>Measures a net over a whole set of rows; reads the result back once.</summary>
internal sealed class Validator(Net net, Loss loss, IRowFeed rows) : IDisposable
{
    private const int BatchSize = 1024;
    private readonly Scalar _one = 1;

    /// <summary>Weighted mean loss and metric over all rows.</summary>
    public (double Loss, double Metric) Measure()
    {
        using DisposeScope outer = NewDisposeScope();
        Tensor sums = zeros(3, float64, net.Parameters.Device); // losses, metrics, weights
        rows.BeginEpoch(seed: null, epoch: 0);
        while (true)
        {
            using DisposeScope scope = NewDisposeScope();
            if (rows.Next(BatchSize) is not { } batch)
                break;
            Tensor outputs = net.Forward(batch.Features, training: false);
            Tensor losses = loss.PerRow(outputs, batch.Targets);
            Tensor metrics = loss.MetricPerRow(outputs, batch.Targets);
            Tensor weights = batch.Weights ?? ones_like(losses);
            Tensor stacked = stack([losses.mul(weights), metrics.mul(weights), weights], 0); // [3, batch]
            sums.add_(stacked.sum(1), _one);
        }

        double[] totals = sums.to(CPU).data<double>().ToArray();
        return (totals[0] / totals[2], loss.Metric(totals[1] / totals[2]));
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}
