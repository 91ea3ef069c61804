using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MLExtensions.Transforms.Interop;

namespace MLExtensions.Estimators.Robustness;

/// <summary>Takes a source back through one stage, where the stage only scales, shifts, copies or concatenates.</summary>
internal static class AffineStage
{
    /// <summary>What a source is made of before the stage; itself with an obstacle where the stage does something else.</summary>
    /// <param name="source">A column that the stage writes.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="before">The columns before it.</param>
    public static IEnumerable<FeatureSource> Back(FeatureSource source, ITransformer stage, DataViewSchema before)
    {
        if (StageColumns.Concatenated(stage, source.Column) is { } parts)
            return Split(source, parts, before);
        if (StageColumns.Single(stage, source.Column) is not { } made)
            return [Stopped(source, stage)];
        return stage switch
        {
            NormalizingTransformer normalizer => Normalized(source, normalizer, made.Input, made.Place),
            ColumnCopyingTransformer => [source with { Column = made.Input }],
            // A value that was missing has been replaced before the attack sees it.
            MissingValueReplacingTransformer => [source with { Column = made.Input }],
            TypeConvertingTransformer when ItemTypeOf(before, made.Input) is NumberDataViewType => [source with { Column = made.Input }],
            _ => [Stopped(source, stage)],
        };
    }

    /// <summary>What a stage is called in messages.</summary>
    public static string NameOf(ITransformer stage)
    {
        Type type = stage.GetType();
        return type.DeclaringType is { } outer ? $"{outer.Name}.{type.Name}" : type.Name;
    }

    private static FeatureSource[] Normalized(FeatureSource source, NormalizingTransformer normalizer, string input, int place) =>
        normalizer.GetNormalizerModelParameters(place) switch
        {
            NormalizingTransformer.AffineNormalizerModelParameters<float> p => [source.Through(input, _ => p.Scale, _ => -(double)p.Offset * p.Scale)],
            NormalizingTransformer.AffineNormalizerModelParameters<double> p => [source.Through(input, _ => p.Scale, _ => -p.Offset * p.Scale)],
            NormalizingTransformer.AffineNormalizerModelParameters<ImmutableArray<float>> p =>
                [source.Through(input, i => p.Scale[i], i => p.Offset.IsDefaultOrEmpty ? 0 : -(double)p.Offset[i] * p.Scale[i])],
            NormalizingTransformer.AffineNormalizerModelParameters<ImmutableArray<double>> p =>
                [source.Through(input, i => p.Scale[i], i => p.Offset.IsDefaultOrEmpty ? 0 : -p.Offset[i] * p.Scale[i])],
            _ => [source with { Obstacle = $"a normaliser that is not affine (binning, log-mean-variance) makes column '{source.Column}' of '{input}'" }],
        };

    private static IEnumerable<FeatureSource> Split(FeatureSource source, IReadOnlyList<string> parts, DataViewSchema before)
    {
        int at = 0;
        foreach (string part in parts)
        {
            int length = before[part].Type is VectorDataViewType vector ? vector.Size : 1;
            yield return source.Part(part, at, length);
            at += length;
        }
    }

    private static FeatureSource Stopped(FeatureSource source, ITransformer stage) =>
        source with { Obstacle = $"stage {NameOf(stage)}, which makes column '{source.Column}', does more than scale, shift, copy or concatenate" };

    private static DataViewType ItemTypeOf(DataViewSchema schema, string column) =>
        schema[column].Type is VectorDataViewType vector ? vector.ItemType : schema[column].Type;
}
