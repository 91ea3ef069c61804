using Microsoft.ML;

namespace MLExtensions.Transforms.Interop;

/// <summary>A transformer that leaves rows out while what follows it is trained, and passes every row on when a model scores; ML.NET's chains know the difference.</summary>
public abstract class RowFilteringTransformer : RowTransformer, ITransformerWithDifferentMappingAtTrainingTime
{
    private protected RowFilteringTransformer()
    {
    }

    IDataView ITransformerWithDifferentMappingAtTrainingTime.TransformForTrainingPipeline(IDataView input) => TransformForTraining(input);

    private protected abstract IDataView TransformForTraining(IDataView input);
}
