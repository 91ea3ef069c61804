using System.Numerics.Tensors;

namespace MLExtensions.Trainers.Selection;

/// <summary>
/// Transport between rows: solved on a sample of the source, then known for every row. With the target's potentials g the mass of any source row x, of weight a, is closed:
/// S(x) = Σ_j b_j exp((g_j − M(x, y_j)) / ε), mass = a S^(ε / (ε + ρ_s)), of which target row j gets the share b_j exp((g_j − M(x, y_j)) / ε) / S
/// (from the first-order condition of the source's potential). So a source of any length needs one pass and no memory.
/// M = (1 − cos) / temperature between rows; class-aware, that between their class means is added.
/// </summary>
internal sealed class RowTransport
{
    private readonly float[][] _points;      // of target rows: unit vectors, each followed by that of its class mean when class-aware
    private readonly float[] _offsets;       // log b_j + (g_j − parts / temperature) / ε
    private readonly int[] _targetClasses;
    private readonly float[][]? _sourceMeans; // unit vectors; null unless class-aware
    private readonly float _factor;          // 1 / (temperature ε)
    private readonly double _power;          // ε / (ε + ρ_s)
    private readonly float[] _logits;
    private readonly float[] _point;
    private readonly int _width;

    private RowTransport(TransportResult result, float[][] points, int[] targetClasses, float[][]? sourceMeans, ClassSelectionOptions options, int width)
    {
        Result = result;
        _points = points;
        _targetClasses = targetClasses;
        _sourceMeans = sourceMeans;
        _width = width;
        _factor = (float)(1 / (options.Temperature * options.Epsilon));
        _power = double.IsPositiveInfinity(options.RhoSource) ? 0 : options.Epsilon / (options.Epsilon + options.RhoSource);
        double parts = sourceMeans is null ? 1 : 2;
        _offsets = [.. result.TargetPotentials.Select(g => (float)((g - parts / options.Temperature) / options.Epsilon - Math.Log(points.Length)))];
        _logits = new float[points.Length];
        _point = new float[points[0].Length];
    }

    /// <summary>The solve on the sample.</summary>
    public TransportResult Result { get; }

    /// <summary>Solves the sample's problem, with weights 1/n and 1/m.</summary>
    /// <param name="source">Source rows.</param>
    /// <param name="target">Target rows.</param>
    /// <param name="sourceMeans">Class means of the source.</param>
    /// <param name="targetMeans">Class means of the target.</param>
    /// <param name="classAware">Whether the distance between class means is added to that between rows.</param>
    /// <param name="options">Temperature, ε, ρ.</param>
    public static RowTransport Solve(RowSample source, RowSample target, ClassMeans sourceMeans, ClassMeans targetMeans, bool classAware, ClassSelectionOptions options)
    {
        float[][]? ofSource = classAware ? Units(sourceMeans) : null;
        float[][]? ofTarget = classAware ? Units(targetMeans) : null;
        float[][] from = Points(source, ofSource), to = Points(target, ofTarget);
        int width = to[0].Length;
        // Two unit vectors one after the other: the cosine of the whole is the mean of both cosines, so half the temperature gives the sum of both costs.
        TransportGeometry geometry = TransportGeometry.Cosine(Flat(from, width), Flat(to, width), classAware ? options.Temperature / 2 : options.Temperature);
        TransportResult result = UnbalancedTransport.Solve(
            new TransportProblem { Geometry = geometry, Epsilon = options.Epsilon, RhoSource = options.RhoSource, RhoTarget = options.RhoTarget }, options.Transport);
        return new RowTransport(result, to, [.. target.Classes], ofSource, options, sourceMeans.Width);
    }

    /// <summary>The mass of a row of weight 1.</summary>
    /// <param name="unit">Its embedding, of length 1.</param>
    /// <param name="classIndex">Its class.</param>
    public double Mass(ReadOnlySpan<float> unit, int classIndex)
    {
        FillLogits(unit, classIndex);
        float largest = TensorPrimitives.Max<float>(_logits);
        TensorPrimitives.Subtract(_logits, largest, _logits);
        TensorPrimitives.Exp<float>(_logits, _logits);
        float sum = TensorPrimitives.Sum<float>(_logits);
        TensorPrimitives.Divide(_logits, sum, _logits); // shares, for AddTo
        return Math.Exp(_power * (largest + Math.Log(sum)));
    }

    /// <summary>Adds a row's mass to the target classes that get it.</summary>
    /// <returns>The mass of the row.</returns>
    public double AddTo(Span<double> targetClasses, ReadOnlySpan<float> unit, int classIndex)
    {
        double mass = Mass(unit, classIndex);
        for (int j = 0; j < _logits.Length; j++)
            targetClasses[_targetClasses[j]] += mass * _logits[j];
        return mass;
    }

    private static float[][] Units(ClassMeans means) => [.. Enumerable.Range(0, means.ClassCount).Select(k => means.Counts[k] == 0 ? new float[means.Width] : UnitVectors.Of(means.Mean(k)))];

    private static float[][] Points(RowSample rows, float[][]? means) =>
        means is null ? [.. rows.Units] : [.. rows.Units.Select((unit, i) => (float[])[.. unit, .. means[rows.Classes[i]]])];

    private static TransportPoints Flat(float[][] points, int width)
    {
        var flat = new float[checked(points.Length * width)];
        for (int i = 0; i < points.Length; i++)
            points[i].CopyTo(flat, i * width);
        return TransportPoints.From((ReadOnlyMemory<float>)flat, width);
    }

    private void FillLogits(ReadOnlySpan<float> unit, int classIndex)
    {
        unit.CopyTo(_point);
        _sourceMeans?[classIndex].CopyTo(_point, _width);
        for (int j = 0; j < _points.Length; j++)
            _logits[j] = _offsets[j] + _factor * TensorPrimitives.Dot<float>(_point, _points[j]);
    }
}
