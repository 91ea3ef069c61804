using Microsoft.ML.Data;
using MLExtensions;
using MLExtensions.Estimators.Data;
using MLExtensions.Estimators.Embedding;

namespace Microsoft.ML;

/// <summary>Hangs the network embedding on ML.NET's transforms catalog.</summary>
public static class NetworkEmbeddingCatalog
{
    /// <summary>The features of a fitted net as a column: what its output layer sees.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column to add: a vector of Single.</param>
    /// <param name="model">The fitted net, or a model of several stages with one in it.</param>
    /// <param name="inputColumnName">The column to read, a vector of Single; null for the feature column that the net was trained on.</param>
    /// <exception cref="ArgumentException">The model holds no net.</exception>
    /// <exception cref="InvalidOperationException">The net is linear: nothing stands between its features and its outputs.</exception>
    public static NetworkEmbeddingEstimator NetworkEmbedding(this TransformsCatalog catalog, string outputColumnName, ITransformer model, string? inputColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return NetworkEmbeddingEstimator.Of(outputColumnName, model, inputColumnName);
    }

    /// <summary>The features of a published net as a column: the body of a recipe with the weights of a file, without training.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column to add: a vector of Single.</param>
    /// <param name="inputColumnName">The column to read: pictures as <c>ImagePixels</c> or <c>ExtractPixels</c> make them, or a plain vector for a perceptron.</param>
    /// <param name="architecture">The recipe.</param>
    /// <param name="weights">A safetensors file of its weights, read when the stage is fitted; the output layer may be missing.</param>
    /// <param name="channelStatistics">What the pictures were standardised with when the net was trained, as <see cref="ChannelStatistics.ImageNet"/>; null for not at all.</param>
    /// <param name="inputShape">What a row is; null for what the column's type says.</param>
    /// <exception cref="ArgumentException">The recipe is out of range.</exception>
    public static NetworkEmbeddingEstimator NetworkEmbedding(
        this TransformsCatalog catalog, string outputColumnName, string inputColumnName, Architecture architecture, string weights,
        ChannelStatistics? channelStatistics = null, InputShape? inputShape = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentException.ThrowIfNullOrWhiteSpace(weights);
        var options = new NeuralNetworkOptions { Architecture = architecture, ChannelStatistics = channelStatistics, InputShape = inputShape };
        OptionsFaults.Throw(nameof(NetworkEmbedding), faults =>
        {
            architecture.Check(faults);
            channelStatistics?.Check(faults);
            inputShape?.Check(nameof(inputShape), faults);
        });
        return new NetworkEmbeddingEstimator(outputColumnName, inputColumnName, type =>
        {
            if (type is not VectorDataViewType { Size: > 0 } vector)
                throw new ArgumentOutOfRangeException(nameof(inputColumnName), $"Schema mismatch for input column '{inputColumnName}': expected a vector of Single of known size, got {type}.");
            InputShape shape = FeatureShape.Of(vector, inputColumnName, options);
            return new NetworkEmbeddingTransformer(PublishedNetwork.Load(architecture, weights, shape, channelStatistics), outputColumnName, inputColumnName);
        });
    }
}
