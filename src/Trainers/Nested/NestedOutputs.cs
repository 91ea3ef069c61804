using System.Numerics.Tensors;
using MLExtensions.Trainers.Metrics;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Nested;

/// <summary>What the outputs of a row's draws mean: their average, and the parts of their uncertainty. Reads raw outputs after <see cref="Complete"/>.</summary>
internal sealed class NestedOutputs
{
    private readonly float _targetMean;
    private readonly float _targetScale;

    public NestedOutputs(NestedNetwork network, int draws)
    {
        Task = network.Task;
        Width = network.OutputWidth;
        Draws = draws;
        (_targetMean, _targetScale) = (network.TargetMean, network.TargetScale);
    }

    /// <summary>What is predicted.</summary>
    public NetTask Task { get; }

    /// <summary>Outputs of one draw.</summary>
    public int Width { get; }

    /// <summary>Draws per row.</summary>
    public int Draws { get; }

    /// <summary>Numbers of a row's score: classes, or 1.</summary>
    public int ScoreWidth => Task == NetTask.Multiclass ? Width : 1;

    /// <summary>Turns the raw outputs of one row into probabilities (multiclass), in place; others stay.</summary>
    public void Complete(Span<float> row)
    {
        if (Task != NetTask.Multiclass)
            return;
        for (int at = 0; at < row.Length; at += Width)
            SoftMax(row.Slice(at, Width));
    }

    /// <summary>The score of a row: mean probabilities, the logit of the mean probability, or the mean.</summary>
    public void Score(ReadOnlySpan<float> row, Span<float> score)
    {
        switch (Task)
        {
            case NetTask.Multiclass:
                row[..Width].CopyTo(score);
                for (int at = Width; at < row.Length; at += Width)
                    for (int k = 0; k < Width; k++)
                        score[k] += row[at + k];
                if (Draws > 1)
                    for (int k = 0; k < Width; k++)
                        score[k] /= Draws;
                break;
            case NetTask.Binary:
                score[0] = Draws == 1 ? row[0] : Logit(row);
                break;
            default:
                float sum = 0;
                for (int at = 0; at < row.Length; at += 2)
                    sum += row[at];
                score[0] = (sum / Draws * _targetScale) + _targetMean;
                break;
        }
    }

    /// <summary>Classification: H[mean p] in nats.</summary>
    public float PredictiveEntropy(ReadOnlySpan<float> row, Span<float> scratch)
    {
        if (Task == NetTask.Binary)
            return BinaryEntropy(MeanProbability(row));
        Score(row, scratch);
        return Entropy.Of(scratch[..Width]);
    }

    /// <summary>Classification: the mean over draws of H[p], in nats.</summary>
    public float ExpectedEntropy(ReadOnlySpan<float> row)
    {
        float sum = 0;
        for (int at = 0; at < row.Length; at += Width)
            sum += Task == NetTask.Binary ? BinaryEntropy(Sigmoid(row[at])) : Entropy.Of(row.Slice(at, Width));
        return sum / Draws;
    }

    /// <summary>Regression: the deviation of the draws' means, in units of the label.</summary>
    public float EpistemicDeviation(ReadOnlySpan<float> row)
    {
        double mean = 0, squares = 0;
        for (int at = 0; at < row.Length; at += 2)
            mean += row[at];
        mean /= Draws;
        for (int at = 0; at < row.Length; at += 2)
            squares += (row[at] - mean) * (row[at] - mean);
        return (float)Math.Sqrt(squares / Draws) * _targetScale;
    }

    /// <summary>Regression: the deviation of the label's noise, in units of the label.</summary>
    public float NoiseDeviation(ReadOnlySpan<float> row)
    {
        double sum = 0;
        for (int at = 1; at < row.Length; at += 2)
            sum += Math.Exp(Math.Clamp(row[at], -12f, 12f));
        return (float)Math.Sqrt(sum / Draws) * _targetScale;
    }

    /// <summary>How sure a row's completed outputs are: higher for surer.</summary>
    public float Certainty(ReadOnlySpan<float> row, Span<float> scratch)
    {
        switch (Task)
        {
            case NetTask.Multiclass:
                Score(row, scratch);
                return TensorPrimitives.Max<float>(scratch[..Width]);
            case NetTask.Binary:
                float p = MeanProbability(row);
                return Math.Max(p, 1 - p);
            default:
                return -EpistemicDeviation(row);
        }
    }

    private float Logit(ReadOnlySpan<float> row)
    {
        double p = 0, q = 0;
        foreach (float z in row)
        {
            p += BernoulliChain.Sigmoid(z);
            q += BernoulliChain.Sigmoid(-z);
        }

        return (float)(Math.Log(p) - Math.Log(q));
    }

    private float MeanProbability(ReadOnlySpan<float> row)
    {
        float sum = 0;
        foreach (float z in row)
            sum += Sigmoid(z);
        return sum / Draws;
    }

    private static float Sigmoid(float z) => 1 / (1 + MathF.Exp(-z));

    private static float BinaryEntropy(float p) => Entropy.Of([p, 1 - p]);

    // Below about 16 classes a plain loop beats the vectorised one with its set-up.
    private static void SoftMax(Span<float> z)
    {
        if (z.Length > 16)
        {
            TensorPrimitives.Subtract(z, TensorPrimitives.Max<float>(z), z);
            TensorPrimitives.SoftMax(z, z);
            return;
        }

        float largest = float.NegativeInfinity, sum = 0;
        foreach (float value in z)
            largest = Math.Max(largest, value); // NaN wins
        for (int i = 0; i < z.Length; i++)
            sum += z[i] = MathF.Exp(z[i] - largest);
        for (int i = 0; i < z.Length; i++)
            z[i] /= sum;
    }
}
