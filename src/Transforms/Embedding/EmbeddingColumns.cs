using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Transforms.Embedding;

/// <summary>One column: the features as a vector.</summary>
internal sealed class EmbeddingColumns(string name, int width) : ScoreColumns
{
    public override int Count => 1;

    public override Delegate CreateGetter(int column, ScoredRows rows) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
    {
        int row = rows.Locate();
        VBufferEditor<float> editor = VBufferEditor.Create(ref value, width);
        rows.Outputs.AsSpan(row * width, width).CopyTo(editor.Values);
        value = editor.Commit();
    });

    private protected override DataViewSchema.DetachedColumn[] Create(uint setId) => [new(name, new VectorDataViewType(NumberDataViewType.Single, width), null)];
}
