using MLExtensions.Trainers.Transport;
using static MLExtensions.Trainers.Tests.Transport.TransportGen;

namespace MLExtensions.Trainers.Tests.Transport;

/// <summary>One pass, by itself: a solve would put a wrong one right in the next iteration.</summary>
public sealed class PassTests
{
    [Theory]
    [InlineData(TransportCostKind.Cosine)]
    [InlineData(TransportCostKind.SquaredEuclidean)]
    [InlineData(TransportCostKind.Euclidean)]
    public void The_log_domain_the_kernel_and_plain_sums_agree_over_many_tiles(TransportCostKind kind)
    {
        const int n = 4500, m = 21; // several tiles in a chunk, and no whole one at the end
        const double epsilon = 0.05;
        TransportGeometry geometry = Geometry(kind, Points(n, 5, 1), Points(m, 5, 2));
        var rows = new MarginalSide(null, n, 1, epsilon, TransportReference.Weights);
        var columns = new MarginalSide(null, m, 2, epsilon, TransportReference.Weights);
        double[] g = Array.ConvertAll(Numbers.Uniform(m, 3, -5, 5), value => (double)value);
        (double[] f, double[] sums) = Plain(geometry, rows, columns, g, epsilon);
        Check<double>(1e-9);
        Check<float>(1e-4);

        void Check<T>(double tolerance)
            where T : unmanaged
        {
            var workers = new RowWorkers(2, CancellationToken.None);
            using var tiles = new PointTiles<T, T>(geometry, null, null, false, epsilon, workers);
            using var chunks = new RowChunks<T>(tiles, workers);
            Assert.True(n > 2 * chunks.Count * chunks.TileRows);
            var log = new PassState(n, m) { ColumnPotentials = g };
            new LogPass<T>(tiles, rows, columns, chunks).Run(log);
            AssertSame(log, tolerance);
            foreach (bool keep in (bool[])[true, false])
            {
                using var pass = new KernelPass<T>(tiles, rows, columns, chunks, keep ? 0 : int.MaxValue);
                pass.Absorb(f, g);
                for (int run = 0; run < 2; run++) // the second over the kept kernel
                {
                    var state = new PassState(n, m) { ColumnPotentials = g };
                    Assert.True(pass.Run(state));
                    AssertSame(state, tolerance);
                }

                Assert.Equal(keep ? 1 : 0, pass.Builds);
            }
        }

        void AssertSame(PassState state, double tolerance)
        {
            for (int j = 0; j < m; j++)
                Assert.Equal(sums[j], state.LogColumnSums[j], tolerance);
            for (int i = 0; i < n; i++)
            {
                Assert.Equal(f[i], state.RowPotentials[i], tolerance);
                Assert.Equal(1, state.RowMass[i] / rows.Wanted(i, f[i]), tolerance);
            }
        }
    }

    private static (double[] F, double[] LogColumnSums) Plain(TransportGeometry geometry, MarginalSide rows, MarginalSide columns, double[] g, double epsilon)
    {
        double[] costs = Costs(geometry), f = new double[rows.Count], sums = new double[columns.Count];
        for (int i = 0; i < f.Length; i++)
        {
            double sum = 0;
            for (int j = 0; j < sums.Length; j++)
                sum += columns.Reference[j] * Math.Exp(g[j] - (costs[(i * sums.Length) + j] / epsilon));
            f[i] = rows.Potential(i, Math.Log(sum));
        }

        for (int j = 0; j < sums.Length; j++)
            sums[j] = Math.Log(f.Select((potential, i) => rows.Reference[i] * Math.Exp(potential - (costs[(i * sums.Length) + j] / epsilon))).Sum());
        return (f, sums);
    }
}
