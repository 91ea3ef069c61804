namespace MLExtensions.Trainers.Scoring;

/// <summary>
/// Folds the standardisation of the features into the first layer: W ((x − μ) ⊙ f) = W' x − c with W' = W diag(f) and c = W' μ.
/// So standardised nets score raw features at no cost.
/// </summary>
internal static class FeatureFolding
{
    /// <summary>W' and c.</summary>
    /// <param name="weight">[outputs, inputs], row by row</param>
    /// <param name="mean">μ, [inputs]; empty for no standardisation</param>
    /// <param name="factor">f, [inputs]</param>
    /// <param name="outputs">Outputs of the layer</param>
    public static (float[] Weight, float[] Offset) Fold(ReadOnlySpan<float> weight, ReadOnlySpan<float> mean, ReadOnlySpan<float> factor, int outputs)
    {
        float[] folded = weight.ToArray();
        var offset = new float[outputs];
        if (mean.IsEmpty)
            return (folded, offset);
        int inputs = mean.Length;
        for (int output = 0; output < outputs; output++)
        {
            Span<float> row = folded.AsSpan(output * inputs, inputs);
            double sum = 0;
            for (int i = 0; i < inputs; i++)
            {
                row[i] *= factor[i];
                sum += (double)row[i] * mean[i];
            }

            offset[output] = (float)sum;
        }

        return (folded, offset);
    }
}
