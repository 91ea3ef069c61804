using Microsoft.ML;
using Microsoft.ML.Data;
using MLExtensions.Benchmarks.Convolution;

namespace MLExtensions.Benchmarks.AllFour;

/// <summary>The middle 28 x 28 pixels of CIFAR-10's test pictures in grey, 0 to 1: strangers that neither source nor target holds.</summary>
internal static class GreyCifar
{
    private const int Side = 28, Full = 32, Edge = (Full - Side) / 2;

    public static IEnumerable<float[]> Read(string data, int count) =>
        CifarFiles.Load(new MLContext(), Path.Combine(data, "cifar10", "test_batch.bin.gz")).GetColumn<float[]>("Features").Take(count).Select(Grey);

    private static float[] Grey(float[] planes)
    {
        var grey = new float[Side * Side];
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
            {
                int at = ((y + Edge) * Full) + x + Edge;
                grey[(y * Side) + x] = ((0.299f * planes[at]) + (0.587f * planes[at + (Full * Full)]) + (0.114f * planes[at + (2 * Full * Full)])) / 255;
            }

        return grey;
    }
}
