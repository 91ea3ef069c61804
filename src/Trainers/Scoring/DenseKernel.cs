using System.Runtime.Intrinsics;

namespace MLExtensions.Trainers.Scoring;

/// <summary>
/// The product of a layer with rows, with bias and cheap activations: four rows at a time where there are four, so that each weight read serves four rows.
/// Every output is one accumulator that takes the inputs in order, whatever the number of rows: a row scores to the same bits alone and in a batch.
/// </summary>
internal static unsafe class DenseKernel
{
    /// <summary>Multiplies with the widest vectors that this processor has.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="x">[rows, xStride]: the first <see cref="DenseLayer.Inputs"/> of each row count.</param>
    /// <param name="xStride">Numbers from row to row of <paramref name="x"/>.</param>
    /// <param name="y">[rows, <see cref="DenseLayer.PaddedOutputs"/>].</param>
    /// <param name="rows">Number of rows.</param>
    public static void Multiply(DenseLayer layer, float* x, int xStride, float* y, int rows)
    {
        if (Vector512.IsHardwareAccelerated)
            Multiply512(layer, x, xStride, y, rows);
        else
            Multiply256(layer, x, xStride, y, rows);
    }

    /// <summary>The same with vectors of 512 bits.</summary>
    internal static void Multiply512(DenseLayer layer, float* x, int xStride, float* y, int rows)
    {
        int inputs = layer.Inputs, yStride = layer.PaddedOutputs;
        Rectifier rectifier = Rectifiers.Of(layer);
        fixed (float* weights = layer.Weights, biases = layer.Bias)
        {
            for (int first = 0; first < yStride; first += DenseLayer.PanelWidth)
            {
                int width = Math.Min(DenseLayer.PanelWidth, yStride - first);
                float* panel = weights + ((long)first * inputs);
                for (int column = 0; column < width;)
                {
                    float* w = panel + column, b = biases + first + column;
                    int left = width - column, row = 0;
                    for (; row + 4 <= rows; row += 4)
                    {
                        float* xr = x + ((long)row * xStride), yr = y + ((long)row * yStride) + first + column;
                        if (left >= 64)
                            DenseKernel512.Rows4Columns64(xr, xStride, w, width, b, yr, yStride, inputs, rectifier);
                        else if (left >= 32)
                            DenseKernel512.Rows4Columns32(xr, xStride, w, width, b, yr, yStride, inputs, rectifier);
                        else
                            DenseKernel512.Rows4Columns16(xr, xStride, w, width, b, yr, yStride, inputs, rectifier);
                    }

                    for (; row < rows; row++)
                    {
                        float* xr = x + ((long)row * xStride), yr = y + ((long)row * yStride) + first + column;
                        if (left >= 64)
                            DenseKernel512.Row1Columns64(xr, w, width, b, yr, inputs, rectifier);
                        else if (left >= 32)
                            DenseKernel512.Row1Columns32(xr, w, width, b, yr, inputs, rectifier);
                        else
                            DenseKernel512.Row1Columns16(xr, w, width, b, yr, inputs, rectifier);
                    }

                    column += left >= 64 ? 64 : left >= 32 ? 32 : 16;
                }
            }
        }
    }

    /// <summary>The same with vectors of 256 bits.</summary>
    internal static void Multiply256(DenseLayer layer, float* x, int xStride, float* y, int rows)
    {
        int inputs = layer.Inputs, yStride = layer.PaddedOutputs;
        Rectifier rectifier = Rectifiers.Of(layer);
        fixed (float* weights = layer.Weights, biases = layer.Bias)
        {
            for (int first = 0; first < yStride; first += DenseLayer.PanelWidth)
            {
                int width = Math.Min(DenseLayer.PanelWidth, yStride - first);
                float* panel = weights + ((long)first * inputs);
                int row = 0;
                for (; row + 4 <= rows; row += 4)
                    for (int column = 0; column < width; column += 16)
                    {
                        float* xr = x + ((long)row * xStride), yr = y + ((long)row * yStride) + first + column;
                        DenseKernel256.Rows4Columns16(xr, xStride, panel + column, width, biases + first + column, yr, yStride, inputs, rectifier);
                    }

                for (; row < rows; row++)
                {
                    float* xr = x + ((long)row * xStride), yr = y + ((long)row * yStride) + first;
                    int column = 0;
                    for (; column + 64 <= width; column += 64)
                        DenseKernel256.Row1Columns64(xr, panel + column, width, biases + first + column, yr + column, inputs, rectifier);
                    for (; column < width; column += 16)
                        DenseKernel256.Row1Columns16(xr, panel + column, width, biases + first + column, yr + column, inputs, rectifier);
                }
            }
        }
    }
}
