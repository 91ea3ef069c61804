namespace MLExtensions.Transforms.Images;

/// <summary>
/// Weights of source pixels for each target pixel along one side: a triangle as wide as the step between target pixels, at least two source pixels. So
/// shrinking averages and growing interpolates, as in Pillow's and torchvision's resize with antialiasing.
/// </summary>
internal sealed class Resampler
{
    private Resampler(int[] first, float[][] weights)
    {
        First = first;
        Weights = weights;
    }

    /// <summary>First source pixel of each target pixel.</summary>
    public int[] First { get; }

    /// <summary>Weights of that and the following ones; they sum to 1.</summary>
    public float[][] Weights { get; }

    /// <summary>Makes the weights.</summary>
    /// <param name="source">Source pixels along the side.</param>
    /// <param name="from">Where the used part begins, in source pixels.</param>
    /// <param name="length">How long it is, in source pixels.</param>
    /// <param name="target">Target pixels.</param>
    public static Resampler Of(int source, double from, double length, int target)
    {
        var first = new int[target];
        var weights = new float[target][];
        double step = length / target;
        double radius = Math.Max(1, step);
        for (int i = 0; i < target; i++)
        {
            double center = from + ((i + 0.5) * step);
            int begin = Math.Clamp((int)Math.Floor(center - radius + 0.5), 0, source - 1);
            int end = Math.Clamp((int)Math.Floor(center + radius + 0.5), begin + 1, source);
            var row = new float[end - begin];
            double sum = 0;
            for (int j = 0; j < row.Length; j++)
            {
                double weight = Math.Max(0, 1 - (Math.Abs(begin + j + 0.5 - center) / radius));
                row[j] = (float)weight;
                sum += weight;
            }

            if (sum <= 0)
                row[0] = (float)(sum = 1);
            for (int j = 0; j < row.Length; j++)
                row[j] = (float)(row[j] / sum);
            first[i] = begin;
            weights[i] = row;
        }

        return new Resampler(first, weights);
    }
}
