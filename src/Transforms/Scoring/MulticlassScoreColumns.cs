using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Scoring;

/// <summary>PredictedLabel: the key of the most probable class. Score: the probability of every class.</summary>
internal sealed class MulticlassScoreColumns(ScoreColumnNames names, int classes, LabelValues? labels) : ScoreColumns
{
    private const string Kind = "MulticlassClassification";

    public override int Count => 2;

    public override void Complete(Span<float> outputs)
    {
        for (int at = 0; at < outputs.Length; at += classes)
            SoftMax(outputs.Slice(at, classes));
    }

    public override Delegate CreateGetter(int column, ScoredRows rows)
    {
        int k = classes;
        return column == 0
            ? (ValueGetter<uint>)((ref uint value) =>
            {
                int row = rows.Locate();
                int best = TensorPrimitives.IndexOfMax<float>(rows.Outputs.AsSpan(row * k, k));
                value = float.IsNaN(rows.Outputs[row * k + best]) ? 0 : (uint)best + 1;
            })
            : (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
            {
                int row = rows.Locate();
                VBufferEditor<float> editor = VBufferEditor.Create(ref value, k);
                rows.Outputs.AsSpan(row * k, k).CopyTo(editor.Values);
                value = editor.Commit();
            });
    }

    private protected override DataViewSchema.DetachedColumn[] Create(uint setId)
    {
        DataViewSchema.Annotations.Builder predicted = Annotations(setId, Kind, "PredictedLabel");
        DataViewSchema.Annotations.Builder score = Annotations(setId, Kind, "Score");
        if (labels is not null)
        {
            labels.AddTo(predicted, "KeyValues");
            labels.AddTo(score, "TrainingLabelValues");
            if (labels.AreTexts)
                labels.AddTo(score, "SlotNames");
        }

        return
        [
            new(names.PredictedLabel, new KeyDataViewType(typeof(uint), classes), predicted.ToAnnotations()),
            new(names.Score, new VectorDataViewType(NumberDataViewType.Single, classes), score.ToAnnotations()),
        ];
    }

    // Below about 16 classes a plain loop beats the vectorised one with its set-up.
    private static void SoftMax(Span<float> z)
    {
        if (z.Length > 16)
        {
            TensorPrimitives.Subtract(z, TensorPrimitives.Max<float>(z), z);
            TensorPrimitives.SoftMax(z, z);
            return;
        }

        float largest = float.NegativeInfinity;
        foreach (float value in z)
            largest = Math.Max(largest, value); // NaN wins
        float sum = 0;
        for (int i = 0; i < z.Length; i++)
            sum += z[i] = MathF.Exp(z[i] - largest);
        for (int i = 0; i < z.Length; i++)
            z[i] /= sum;
    }
}
