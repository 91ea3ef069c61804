using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Scoring;

/// <summary>The weight that a layer with weight standardisation multiplies by, in managed code; see <see cref="WeightStandardizer"/>.</summary>
internal static class StandardizedRows
{
    /// <summary>(w − μ) / (σ + ε) for each row.</summary>
    /// <param name="weight">[rows · in], row by row</param>
    /// <param name="rows">Number of rows.</param>
    public static float[] Of(ReadOnlySpan<float> weight, int rows)
    {
        float[] standardized = weight.ToArray();
        int width = weight.Length / rows;
        for (int row = 0; row < rows; row++)
        {
            Span<float> values = standardized.AsSpan(row * width, width);
            double sum = 0, squares = 0;
            foreach (float value in values)
                sum += value;
            double mean = sum / width;
            foreach (float value in values)
                squares += (value - mean) * (value - mean);
            double inverse = 1 / (Math.Sqrt(squares / width) + WeightStandardizer.Epsilon);
            foreach (ref float value in values)
                value = (float)((value - mean) * inverse);
        }

        return standardized;
    }
}
