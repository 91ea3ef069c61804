using System.Numerics.Tensors;

namespace MLExtensions.Trainers.Selection;

/// <summary>Vectors of length 1, whose products are cosines.</summary>
internal static class UnitVectors
{
    /// <summary>v / ‖v‖ in float32; 0 for a vector without direction.</summary>
    public static float[] Of(ReadOnlySpan<double> vector)
    {
        double norm = TensorPrimitives.Norm(vector);
        var unit = new float[vector.Length];
        if (norm > 0)
            for (int i = 0; i < unit.Length; i++)
                unit[i] = (float)(vector[i] / norm);
        return unit;
    }

    /// <summary>Writes v / ‖v‖; false, and 0, for a vector without direction.</summary>
    public static bool TryMake(ReadOnlySpan<float> vector, Span<float> unit)
    {
        float norm = TensorPrimitives.Norm(vector);
        if (!(norm > 0 && float.IsFinite(norm)))
        {
            unit.Clear();
            return false;
        }

        TensorPrimitives.Divide(vector, norm, unit);
        return true;
    }
}
