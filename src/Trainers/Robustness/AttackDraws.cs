using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Robustness;

/// <summary>Random numbers for rows. They follow from the seed and the row's own number, so that neither the size of a batch nor which rows are attacked matters.</summary>
internal sealed class AttackDraws
{
    private readonly long _seed;
    private readonly long[] _rows;
    private readonly int _inputs;
    private readonly Device _device;

    /// <summary>The numbers of rows.</summary>
    /// <param name="seed">Seed of the evaluation.</param>
    /// <param name="rows">Numbers of the rows.</param>
    /// <param name="inputs">Features per row.</param>
    /// <param name="device">Where they are wanted.</param>
    public AttackDraws(long seed, long[] rows, int inputs, Device device)
    {
        _seed = seed;
        _rows = rows;
        _inputs = inputs;
        _device = device;
    }

    /// <summary>Those of some of the rows.</summary>
    /// <param name="index">[some], int64</param>
    public AttackDraws Select(Tensor index)
    {
        using Tensor onCpu = index.to(CPU);
        return new AttackDraws(_seed, Array.ConvertAll(onCpu.data<long>().ToArray(), at => _rows[at]), _inputs, _device);
    }

    /// <summary>Points spread evenly over the ball of radius 1: [rows, inputs]</summary>
    public Tensor UnitBall(AttackNorm norm, long turn) => norm == AttackNorm.LInfinity
        ? Fill(RandomPurpose.AttackStart, turn, static (random, row) => random.FillUniform(row, -1, 1))
        : Fill(RandomPurpose.AttackStart, turn, static (random, row) =>
        {
            random.FillGaussian(row);
            double radius = Math.Pow(random.NextDouble(), 1.0 / row.Length); // the volume within r grows as r to the number of features
            double norm = Math.Max(System.Numerics.Tensors.TensorPrimitives.Norm<float>(row), 1e-30);
            System.Numerics.Tensors.TensorPrimitives.Multiply(row, (float)(radius / norm), row);
        });

    /// <summary>Standard normal numbers: [rows, inputs]</summary>
    public Tensor Normal(long turn) => Fill(RandomPurpose.AttackNoise, turn, static (random, row) => random.FillGaussian(row));

    private Tensor Fill(RandomPurpose purpose, long turn, RowFiller filler)
    {
        var values = GC.AllocateUninitializedArray<float>(_rows.Length * _inputs);
        for (int i = 0; i < _rows.Length; i++)
            filler(SeededRandom.Derive(_seed, (long)purpose, turn, _rows[i]), values.AsSpan(i * _inputs, _inputs));
        using Tensor flat = HostTensor.Create<float>(values, _device);
        return flat.view(_rows.Length, _inputs);
    }

    private delegate void RowFiller(SeededRandom random, Span<float> row);
}
