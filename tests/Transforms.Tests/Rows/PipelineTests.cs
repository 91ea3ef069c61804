using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.Rows;

/// <summary>Scored rows amid ML.NET's own stages.</summary>
public sealed class PipelineTests
{
    private static readonly MLContext Ml = new(1);
    private readonly TestView _source = new(700, TestColumn.Of("Id", NumberDataViewType.Int32, row => row), TestColumn.Features());
    private readonly NeuralNetworkTransformer _model = Models.Create(NetTask.Multiclass);

    [Fact]
    public void A_cached_view_gives_the_same_scores_and_reads_the_source_once()
    {
        IDataView cached = Ml.Data.Cache(_model.Transform(_source));
        List<int> expected = _model.Transform(_source).ScoreBits();
        int before = _source.RowsRead;

        Assert.Equal(expected, cached.ScoreBits());
        Assert.Equal(expected, cached.ScoreBits());
        Assert.Equal(before + 700, _source.RowsRead);
    }

    [Fact]
    public void Stages_after_the_model_see_its_columns()
    {
        IDataView result = Ml.Transforms.CopyColumns("Copy", "Score").Append(Ml.Transforms.NormalizeMinMax("Copy")).AppendCacheCheckpoint(Ml)
            .Append(Ml.Transforms.Concatenate("Both", "Score", "Copy")).Fit(_model.Transform(_source)).Transform(_model.Transform(_source));

        float[][] both = [.. result.GetColumn<float[]>("Both")];
        Assert.Equal(700, both.Length);
        Assert.All(both, row => Assert.Equal(6, row.Length));
        Assert.Equal(_model.Transform(_source).GetColumn<float[]>("Score").First(), both[0][..3]);
    }

    [Fact]
    public void Filtering_taking_and_shuffling_rows_keeps_scores_with_their_rows()
    {
        IDataView scored = _model.Transform(_source);
        float[][] scores = [.. scored.GetColumn<float[]>("Score")];
        IDataView numbered = Ml.Transforms.Conversion.ConvertType("Number", "Id").Fit(scored).Transform(scored);
        IDataView changed = Ml.Data.TakeRows(Ml.Data.ShuffleRows(Ml.Data.FilterRowsByColumn(numbered, "Number", 100, 650), seed: 3), 500);
        int[] ids = [.. changed.GetColumn<int>("Id")];

        Assert.Equal(500, ids.Distinct().Count());
        Assert.NotEqual(ids.Order(), ids);
        Assert.Equal(ids.Select(id => scores[id]), changed.GetColumn<float[]>("Score"));
    }

    [Fact]
    public void A_chain_of_models_scores_with_both()
    {
        NeuralNetworkTransformer second = Models.Create(Nets.Create(NetTask.Regression, seed: 2));
        IDataView chained = new TransformerChain<ITransformer>(_model, second).Transform(_source);

        Assert.Equal(second.Transform(_source).ScoreBits(), chained.ScoreBits());
    }

    [Fact]
    public void Eight_threads_on_one_model_agree()
    {
        List<int> expected = _model.Transform(_source).ScoreBits();
        PredictionEngine<FeatureRow, ClassScores>[] engines =
            [.. Enumerable.Range(0, 8).Select(_ => Ml.Model.CreatePredictionEngine<FeatureRow, ClassScores>(_model))];
        var wrong = new ConcurrentBag<string>();
        Thread[] threads = [.. engines.Select((engine, index) => new Thread(() =>
        {
            for (int round = 0; round < 5; round++)
            {
                if (!_model.Transform(new TestView(700, TestColumn.Features())).ScoreBits().SequenceEqual(expected))
                    wrong.Add($"Thread {index} differs in round {round}.");
                for (int row = 0; row < 700; row++)
                    if (!engine.Predict(new FeatureRow { Features = TestColumn.FeaturesOf(row) }).Score.Select(BitConverter.SingleToInt32Bits)
                        .SequenceEqual(expected.Skip(row * 3).Take(3)))
                        wrong.Add($"Thread {index} differs in row {row}.");
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        Assert.Empty(wrong);
    }
}
