using System.Runtime.CompilerServices;

namespace MLExtensions.Trainers.Transport;

/// <summary>
/// The same iteration in the log domain, for any costs and any potentials: each row's and each column's sum is taken around its largest exponent. Costs two or
/// three times a tile pass, so it runs only to get potentials around which a kernel does not underflow.
/// </summary>
internal sealed unsafe class LogPass<T>(TileSource<T> source, MarginalSide rows, MarginalSide columns, RowChunks<T> chunks)
    where T : unmanaged
{
    /// <summary>The exponent of nothing.</summary>
    public const double Nothing = -1e30;

    /// <summary>Runs a pass.</summary>
    public void Run(PassState state)
    {
        int stride = source.PaddedColumns;
        using var terms = new AlignedBuffer<T>(stride);
        using var maxima = new AlignedBuffer<T>((long)chunks.Count * stride);
        for (int j = 0; j < stride; j++)
            terms.Pointer[j] = Lanes.FromDouble<T>(j < source.Columns ? source.ColumnTerm[j] + state.ColumnPotentials[j] + columns.LogReference(j) : Nothing);
        T* columnTerms = terms.Pointer, columnMaxima = maxima.Pointer;
        chunks.Run((chunk, scratch) => RunChunk(chunk, scratch, state, columnTerms, columnMaxima + ((long)chunk * stride)));
        for (int j = 0; j < source.Columns; j++)
        {
            double max = double.NegativeInfinity, sum = 0;
            for (int chunk = 0; chunk < chunks.Count; chunk++)
                max = Math.Max(max, Lanes.ToDouble(maxima.Pointer[((long)chunk * stride) + j]));
            for (int chunk = 0; chunk < chunks.Count; chunk++)
            {
                long at = ((long)chunk * stride) + j;
                sum += chunks.Totals.Pointer[at] * Math.Exp(Lanes.ToDouble(maxima.Pointer[at]) - max);
            }

            state.LogColumnSums[j] = max + Math.Log(sum) - state.ColumnPotentials[j] - columns.LogReference(j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunChunk(int chunk, PassScratch<T> scratch, PassState state, T* columnTerms, T* max)
    {
        int stride = source.PaddedColumns, end = chunks.First(chunk + 1);
        double* totals = chunks.Totals.Pointer + ((long)chunk * stride);
        double* terms = scratch.PerRow.Pointer, squares = terms + chunks.TileRows, adds = squares + chunks.TileRows;
        new Span<double>(totals, stride).Clear();
        scratch.Sums.Clear();
        new Span<T>(max, stride).Fill(Lanes.FromDouble<T>(2 * Nothing));
        T* tile = scratch.Tile;
        for (int first = chunks.First(chunk); first < end && !chunks.IsCancelled; first += chunks.TileRows)
        {
            int count = Math.Min(chunks.TileRows, end - first);
            source.Fill(first, count, tile, stride, terms, squares, scratch.Source.Pointer);
            for (int r = 0; r < count; r++)
            {
                T* row = tile + ((long)r * stride);
                Sweeps.Exponents(row, stride, new RowExponent<T>(source, columnTerms, terms[r], squares[r]));
                double largest = Sweeps.Max(row, stride), sum = Sweeps.SumExp(row, stride, largest);
                double logSum = largest + Math.Log(sum), potential = rows.Potential(first + r, logSum);
                state.RowPotentials[first + r] = potential;
                state.RowMass[first + r] = rows.Reference[first + r] * Math.Exp(potential + logSum);
                adds[r] = potential + rows.LogReference(first + r);
            }

            new Span<T>(max, stride).CopyTo(new Span<T>(scratch.Max.Pointer, stride));
            for (int r = 0; r < count; r++)
                Sweeps.RaiseMax(tile + ((long)r * stride), stride, adds[r], max);
            for (int j = 0; j < source.Columns; j++)
            {
                double raised = Lanes.ToDouble(max[j]) - Lanes.ToDouble(scratch.Max.Pointer[j]);
                if (raised > 0)
                    totals[j] *= Math.Exp(-raised);
            }

            for (int r = 0; r < count; r++)
                Sweeps.AddExp(tile + ((long)r * stride), stride, adds[r], max, scratch.Sums.Pointer);
            Sweeps.Flush(scratch.Sums.Pointer, stride, totals);
        }
    }
}
