using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Transforms.Tests.Support;

/// <summary>Transformers of hand-made nets.</summary>
internal static class Models
{
    public static NeuralNetworkTransformer Create(NetTask task, LabelValues? labels = null, ScoreColumnNames? names = null) =>
        Create(Nets.Create(task), labels, names);

    public static NeuralNetworkTransformer Create(FittedNetwork network, LabelValues? labels = null, ScoreColumnNames? names = null) =>
        new(new MLContext(1), network, names ?? new ScoreColumnNames(), labels);

    public static LabelValues Texts(params string[] values) => LabelValues.FromTexts("Text", values);

    /// <summary>Every row's raw scores, as bits, so that NaN equals itself.</summary>
    public static List<int> ScoreBits(this IDataView scored)
    {
        DataViewSchema.Column column = scored.Schema["Score"];
        using DataViewRowCursor cursor = scored.GetRowCursor([column]);
        var bits = new List<int>();
        if (column.Type is VectorDataViewType)
        {
            VBuffer<float> values = default;
            ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
            while (cursor.MoveNext())
            {
                getter(ref values);
                bits.AddRange(values.DenseValues().Select(BitConverter.SingleToInt32Bits));
            }

            return bits;
        }

        float value = 0;
        ValueGetter<float> scalar = cursor.GetGetter<float>(column);
        while (cursor.MoveNext())
        {
            scalar(ref value);
            bits.Add(BitConverter.SingleToInt32Bits(value));
        }

        return bits;
    }
}
