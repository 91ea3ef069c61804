using System.Runtime.Intrinsics;
using MLExtensions.Trainers.Transport;

namespace MLExtensions.Trainers.Tests.Transport;

public sealed unsafe class LanesTests
{
    [Fact]
    public void The_exponential_is_right_to_the_last_bits_and_0_where_it_underflows()
    {
        for (double x = -708; x <= 709; x += 0.37)
        {
            Assert.Equal(1, Lanes.Exp(Vector512.Create(x))[3] / Math.Exp(x), 4e-16);
            if (x is > -87 and < 88)
                Assert.Equal(1, Lanes.Exp(Vector512.Create((float)x))[3] / Math.Exp((float)x), 2e-7);
        }

        foreach (double x in (double[])[-709, -1e5, -1e30, double.NegativeInfinity])
        {
            Assert.Equal(0, Lanes.Exp(Vector512.Create(x))[0]);
            Assert.Equal(0, Lanes.Exp(Vector512.Create((float)x))[0]);
        }

        Assert.Equal(1, Lanes.Exp(Vector512<double>.Zero)[0]);
        Assert.Equal(1, Lanes.Exp(Vector512<float>.Zero)[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(200)]
    public void Products_of_short_runs_are_right(int width)
    {
        float[] x = Numbers.Uniform(4 * width, 1), y = Numbers.Uniform(64 * width, 2);
        var single = new float[4 * 64];
        var wide = new double[4 * 64];
        fixed (float* xs = x, ys = y, s = single)
        fixed (double* d = wide)
        {
            for (int k = 0; k < width; k += ProductKernel.Run)
            {
                int count = Math.Min(ProductKernel.Run, width - k);
                ProductKernel.Panel4(xs + k, width, ys + (64 * k), count, s, 64, k > 0);
                for (int column = 0; column < 64; column += 16)
                    ProductKernel.Panel1(xs + k, width, ys + (64 * k) + column, 64, count, d + column, 64, k > 0);
            }
        }

        for (int r = 0; r < 4; r++)
            for (int c = 0; c < 64; c++)
            {
                double expected = Enumerable.Range(0, width).Sum(k => (double)x[(r * width) + k] * y[(k * 64) + c]);
                Assert.Equal(expected, wide[(r * 64) + c], 5e-7 * Math.Sqrt(width));
                Assert.Equal(expected, single[(r * 64) + c], 5e-7 * Math.Sqrt(width));
            }
    }
}
