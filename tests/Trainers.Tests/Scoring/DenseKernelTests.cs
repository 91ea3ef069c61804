using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Scoring;

namespace MLExtensions.Trainers.Tests.Scoring;

public sealed unsafe class DenseKernelTests
{
    [Theory]
    [InlineData(Activation.Identity)]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.LeakyRelu)]
    public void Both_vector_widths_give_the_product(Activation activation)
    {
        foreach (int inputs in (int[])[1, 3, 40])
            foreach (int outputs in (int[])[1, 16, 17, 40, 50, 64, 70, 129])
            {
                float[] weight = Fill(inputs * outputs, 1), bias = Fill(outputs, 2), rows = Fill(6 * inputs, 3);
                var layer = new DenseLayer(weight, bias, activation);
                float[] wide = new float[6 * layer.PaddedOutputs], narrow = new float[6 * layer.PaddedOutputs];
                fixed (float* x = rows, y = wide, z = narrow)
                {
                    DenseKernel.Multiply512(layer, x, inputs, y, 6);
                    DenseKernel.Multiply256(layer, x, inputs, z, 6);
                }

                for (int i = 0; i < wide.Length; i++)
                {
                    int row = i / layer.PaddedOutputs, output = i % layer.PaddedOutputs;
                    double sum = output < outputs ? bias[output] : 0;
                    for (int input = 0; output < outputs && input < inputs; input++)
                        sum += (double)weight[(output * inputs) + input] * rows[(row * inputs) + input];
                    if (sum < 0)
                        sum *= activation == Activation.Relu ? 0 : activation == Activation.LeakyRelu ? 0.01 : 1;
                    Assert.Equal(sum, wide[i], 1e-5);
                    Assert.Equal(sum, narrow[i], 1e-5);
                }
            }
    }

    [Fact]
    public void Narrow_vectors_score_a_row_to_the_same_bits_alone_and_in_a_batch()
    {
        var layer = new DenseLayer(Fill(30 * 100, 1), Fill(100, 2), Activation.Identity);
        float[] rows = Fill(4 * 30, 3), together = new float[4 * layer.PaddedOutputs], alone = new float[layer.PaddedOutputs];
        fixed (float* x = rows, y = together, z = alone)
        {
            DenseKernel.Multiply256(layer, x, 30, y, 4);
            for (int row = 0; row < 4; row++)
            {
                DenseKernel.Multiply256(layer, x + (row * 30), 30, z, 1);
                Assert.Equal(together[(row * alone.Length)..((row + 1) * alone.Length)], alone);
            }
        }
    }

    private static float[] Fill(int length, long seed)
    {
        float[] values = new float[length];
        new SeededRandom(seed).FillUniform(values, -1, 1);
        return values;
    }
}
