using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Scoring;
using MLExtensions.Transforms.Rows;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Transforms.Tests.Support;

/// <summary>A net's scorer that counts its forward passes.</summary>
internal sealed class CountingScorer(NetTask task) : IRowScorer
{
    private readonly FittedNetwork _network = Nets.Create(task);

    public NetTask Task => task;

    public int Calls { get; private set; }

    public int Rows { get; private set; }

    public int InputWidth => _network.InputWidth;

    public int OutputWidth => _network.OutputWidth;

    public RowScoring Scoring => new(this, ScoreColumns.Of(_network.Task, new ScoreColumnNames(), OutputWidth, null), "Features");

    public void Score(ReadOnlySpan<float> rows, int count, Span<float> outputs)
    {
        Calls++;
        Rows += count;
        _network.Scorer.Score(rows, count, outputs);
    }
}
