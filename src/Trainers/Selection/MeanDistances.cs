using System.Numerics.Tensors;

namespace MLExtensions.Trainers.Selection;

/// <summary>Cosine distances 1 − cos to the class means of a target, of the classes that have rows.</summary>
internal sealed class MeanDistances
{
    private readonly int[] _classes;
    private readonly float[][] _means;

    public MeanDistances(ClassMeans target)
    {
        _classes = [.. Enumerable.Range(0, target.ClassCount).Where(k => target.Counts[k] > 0)];
        _means = [.. _classes.Select(k => UnitVectors.Of(target.Mean(k)))];
    }

    /// <summary>The distance to the nearest.</summary>
    public double Least(ReadOnlySpan<float> unit) => Nearest(unit).Distance;

    /// <summary>The nearest class and its distance.</summary>
    public (int Class, double Distance) Nearest(ReadOnlySpan<float> unit)
    {
        (int best, float cosine) = (-1, float.NegativeInfinity);
        for (int i = 0; i < _means.Length; i++)
        {
            float product = TensorPrimitives.Dot(unit, _means[i]);
            if (product > cosine)
                (best, cosine) = (i, product);
        }

        return best < 0 ? (-1, double.NaN) : (_classes[best], 1.0 - cosine);
    }

    /// <summary>The mean of the distances to all.</summary>
    public double Mean(ReadOnlySpan<float> unit)
    {
        double sum = 0;
        foreach (float[] mean in _means)
            sum += 1.0 - TensorPrimitives.Dot(unit, mean);
        return sum / _means.Length;
    }
}
