using System.Diagnostics;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Scoring;

/// <summary>One net, scored by managed code and by torch.</summary>
internal sealed class ScoringContest : IDisposable
{
    private const int Repetitions = 9;
    private const double SecondsPerRepetition = 0.06;

    private readonly int _inputs;
    private readonly int _outputs;
    private readonly IRowScorer _scorer;
    private readonly List<(Tensor Weight, Tensor Bias)> _layers = [];
    private readonly IDisposable _threads = TorchThreads.Use(1);

    public ScoringContest(int inputs, int[] widths, int outputs)
    {
        (_inputs, _outputs) = (inputs, outputs);
        FittedNetwork network = RandomNetwork.Create(inputs, widths, outputs);
        ParameterLayout layout = ParameterLayout.Of(network.Architecture, inputs, outputs);
        _scorer = network.Scorer;
        foreach (string name in (string[])[.. widths.Select((_, i) => $"layers.{i}"), "head"])
            _layers.Add((Tensor($"{name}.weight"), Tensor($"{name}.bias")));

        Tensor Tensor(string name)
        {
            ParameterSlot slot = layout[name];
            return tensor(network.Parameters.AsSpan(slot.Offset, slot.Length).ToArray()).reshape([.. slot.Shape.Select(size => (long)size)]);
        }
    }

    /// <summary>Seconds per call of both, for calls of so many rows.</summary>
    public (double Managed, double Torch) Run(int rows)
    {
        float[] features = new float[rows * _inputs];
        float[] scores = new float[rows * _outputs];
        new SeededRandom(2).FillUniform(features, -1, 1);
        double managed = double.MaxValue, torch = double.MaxValue;
        for (int i = 0; i < Repetitions; i++)
        {
            managed = Math.Min(managed, Time(() => _scorer.Score(features, rows, scores)));
            torch = Math.Min(torch, Time(() => ByTorch(features, rows, scores)));
        }

        return (managed, torch);
    }

    public void Dispose()
    {
        foreach ((Tensor weight, Tensor bias) in _layers)
        {
            weight.Dispose();
            bias.Dispose();
        }

        _threads.Dispose();
    }

    private void ByTorch(float[] features, int rows, float[] scores)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor x = from_array(features).reshape(rows, _inputs);
        for (int i = 0; i < _layers.Count; i++)
        {
            x = nn.functional.linear(x, _layers[i].Weight, _layers[i].Bias);
            if (i < _layers.Count - 1)
                x = x.relu_();
        }

        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(x.bytes).CopyTo(scores);
    }

    private static double Time(Action call)
    {
        long calls = 0;
        long start = Stopwatch.GetTimestamp();
        do
        {
            for (int i = 0; i < 16; i++)
                call();
            calls += 16;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < SecondsPerRepetition);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
