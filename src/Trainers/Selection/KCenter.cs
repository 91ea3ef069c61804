using System.Numerics.Tensors;

namespace MLExtensions.Trainers.Selection;

/// <summary>Greedy k-centre over unit vectors with the distance 1 − cos (Gonzalez, 1985).</summary>
internal static class KCenter
{
    /// <summary>Picks points: a given first, then always the one whose nearest picked point is farthest; ties by index.</summary>
    /// <param name="points">Unit vectors.</param>
    /// <param name="first">Index of the first.</param>
    /// <param name="count">How many; at most all.</param>
    public static int[] Pick(IReadOnlyList<float[]> points, int first, int count)
    {
        var nearest = new float[points.Count];
        Array.Fill(nearest, float.PositiveInfinity);
        var picked = new int[count];
        for (int i = 0, next = first; i < count; i++)
        {
            picked[i] = next;
            for (int p = 0; p < nearest.Length; p++)
                nearest[p] = Math.Min(nearest[p], 1 - TensorPrimitives.Dot<float>(points[p], points[next]));
            nearest[next] = float.NegativeInfinity;
            next = TensorPrimitives.IndexOfMax<float>(nearest);
        }

        return picked;
    }

    /// <summary>The point nearest to any class mean of the target.</summary>
    public static int Nearest(IReadOnlyList<float[]> points, MeanDistances distances)
    {
        (int best, double least) = (0, double.PositiveInfinity);
        for (int i = 0; i < points.Count; i++)
            if (distances.Least(points[i]) is var distance && distance < least)
                (best, least) = (i, distance);
        return best;
    }
}
