using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Benchmarks;

/// <summary>Expected calibration error of the predicted class, 15 bins of equal width over all rows (Guo et al., 2017, equation 3).</summary>
internal static class Calibration
{
    public static double Error(IDataView scored)
    {
        const int Bins = 15;
        var right = new double[Bins];
        var confidence = new double[Bins];
        long rows = 0;
        foreach ((float[] scores, uint label) in scored.GetColumn<float[]>("Score").Zip(scored.GetColumn<uint>("Label")))
        {
            int best = Array.IndexOf(scores, scores.Max());
            int bin = Math.Clamp((int)(scores[best] * Bins), 0, Bins - 1);
            right[bin] += best + 1 == label ? 1 : 0;
            confidence[bin] += scores[best];
            rows++;
        }

        return right.Zip(confidence, (r, c) => Math.Abs(r - c)).Sum() / rows;
    }
}
