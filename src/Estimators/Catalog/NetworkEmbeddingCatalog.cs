using MLExtensions;

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
        return new NetworkEmbeddingEstimator(outputColumnName, model, inputColumnName);
    }
}
