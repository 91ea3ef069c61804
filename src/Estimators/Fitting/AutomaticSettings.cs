using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Fitting;

/// <summary>What is chosen from the data where the options leave it out. Every rule is stated in the options' docs.</summary>
internal static class AutomaticSettings
{
    private const int Steps = 4000;
    private const int LeastEpochs = 10;
    private const int MostEpochs = 100;

    /// <summary>
    /// For pictures, by their smaller side: a plain convolutional net below 32 pixels, a CIFAR residual net with 20 layers below 64, a residual net with 18 layers from there on.
    /// For other features a multi-layer perceptron with 256 and 128 units, batch normalisation and dropout 0.1.
    /// </summary>
    public static Architecture Architecture(InputShape input) => !input.IsImage
        ? MLExtensions.Architecture.Mlp([256, 128], normalization: Normalization.Batch, dropout: 0.1)
        : Math.Min(input.Height, input.Width) switch
        {
            < 32 => MLExtensions.Architecture.ConvNet(),
            < 64 => MLExtensions.Architecture.CifarResNet(),
            _ => MLExtensions.Architecture.ResNet(),
        };

    /// <summary>A hundredth of the rows, rounded to a power of two between 16 and 128.</summary>
    public static int BatchSize(long rows) => 1 << Math.Clamp((int)Math.Round(Math.Log2(Math.Max(1, rows / 100.0))), 4, 7);

    /// <summary>As many as 4,000 steps need, between 10 and 100.</summary>
    public static int Epochs(long rows, int batchSize) => (int)Math.Clamp(Math.Ceiling(Steps * (double)batchSize / rows), LeastEpochs, MostEpochs);

    /// <summary>Half of the epochs, at least 10: under a falling learning rate the best epoch tends to come late.</summary>
    public static int Patience(int epochs) => Math.Max(10, epochs / 2);

    /// <summary>Outputs of the net.</summary>
    public static int OutputWidth(NetTask task, int classes) => task == NetTask.Multiclass ? classes : 1;
}
