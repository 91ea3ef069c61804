using MLExtensions;
using MLExtensions.Transforms.Interop;

namespace Microsoft.ML;

/// <summary>Hangs the selection of pre-training data on ML.NET's transforms catalog.</summary>
public static class PretrainingSelectionCatalog
{
    /// <summary>Chooses the source classes that help a target, with otherwise default options: by transport between class means.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="target">The target rows, with the same columns as the source, already transformed.</param>
    /// <param name="embeddingColumnName">The column by which rows are compared, a vector of Single.</param>
    /// <param name="labelColumnName">The label column of both, a key (of the target also a Boolean).</param>
    /// <param name="budget">How many classes; null for a tenth.</param>
    public static PretrainingSelectionEstimator SelectPretrainingData(
        this TransformsCatalog catalog, IDataView target, string embeddingColumnName = "Features", string labelColumnName = "Label", SelectionBudget? budget = null) =>
        SelectPretrainingData(catalog, target, new PretrainingSelectionOptions { EmbeddingColumnName = embeddingColumnName, LabelColumnName = labelColumnName, Budget = budget });

    /// <summary>Chooses the source classes or rows that help a target.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="target">The target rows, already transformed.</param>
    /// <param name="options">The options; copied.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message lists all of them.</exception>
    public static PretrainingSelectionEstimator SelectPretrainingData(this TransformsCatalog catalog, IDataView target, PretrainingSelectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new PretrainingSelectionEstimator(Environments.Of(catalog), target, options);
    }
}
