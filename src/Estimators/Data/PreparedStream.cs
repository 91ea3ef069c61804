using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Training;

namespace MLExtensions.Estimators.Data;

/// <summary>A pass over rows as training needs them, of the training part, the validation part or all.</summary>
/// <param name="reader">The rows.</param>
/// <param name="set">Knows how to prepare them.</param>
/// <param name="wantValidation">Which part of the split; null for all rows.</param>
internal sealed class PreparedStream(RowReader reader, TrainingSet set, bool? wantValidation) : IRowStream
{
    private readonly ValidationSplit? _split = wantValidation is null ? null : set.CopySplit();

    public bool Read(Span<float> features, out float target, out float weight)
    {
        while (reader.Read(features, out target, out weight))
        {
            if (_split is not null && _split.Take(set.Columns.Task == NetTask.Regression ? 0 : (int)target) != wantValidation)
                continue;
            set.Prepare(features, ref target, ref weight);
            return true;
        }

        return false;
    }

    public void Dispose() => reader.Dispose();
}
