using System.Numerics.Tensors;

namespace MLExtensions.Trainers.Training;

/// <summary>
/// Range, mean and deviation of every feature in one pass, and from them whether features need to be standardised: nets want inputs of about unit size.
/// A feature whose values all lie within ±<see cref="UnitRange"/> is left as it is: it has been normalised, or is an indicator or a share.
/// </summary>
internal sealed class FeatureStatistics
{
    /// <summary>Largest size of a value that needs no standardisation.</summary>
    public const float UnitRange = 8;

    // Rows between two flushes of float32 sums to float64: keeps their rounding error below 1e-4.
    private const int FlushRows = 1024;

    private readonly float[] _shift;       // the first row: keeps sums small where the mean is far from 0
    private readonly float[] _largest;
    private readonly float[] _scratch;
    private readonly float[] _sum;
    private readonly float[] _squares;
    private readonly double[] _totalSum;
    private readonly double[] _totalSquares;
    private long _rows;

    public FeatureStatistics(int width)
    {
        _shift = new float[width];
        _largest = new float[width];
        _scratch = new float[width];
        _sum = new float[width];
        _squares = new float[width];
        _totalSum = new double[width];
        _totalSquares = new double[width];
    }

    /// <summary>Takes a row of finite numbers in.</summary>
    public void Add(ReadOnlySpan<float> row)
    {
        if (_rows++ == 0)
            row.CopyTo(_shift);
        TensorPrimitives.MaxMagnitude(_largest, row, _largest);
        TensorPrimitives.Subtract(row, _shift, _scratch);
        TensorPrimitives.Add(_sum, _scratch, _sum);
        TensorPrimitives.MultiplyAdd(_scratch, _scratch, _squares, _squares);
        if (_rows % FlushRows == 0)
            Flush();
    }

    /// <summary>The standardisation that the features need; null for none.</summary>
    public Standardization? Standardization()
    {
        Flush();
        var mean = new float[_shift.Length];
        var factor = new float[_shift.Length];
        Array.Fill(factor, 1);
        bool needed = false;
        for (int i = 0; i < mean.Length; i++)
        {
            float largest = Math.Abs(_largest[i]);
            if (largest <= UnitRange)
                continue;
            needed = true;
            double offset = _totalSum[i] / _rows;
            double deviation = Math.Sqrt(Math.Max(0, _totalSquares[i] / _rows - offset * offset));
            mean[i] = (float)(_shift[i] + offset);
            // A feature that is nearly always the same would send its rare values far away: the scale is at least a share of the range.
            double scale = Math.Max(deviation, (largest + Math.Abs(mean[i])) / (4 * UnitRange) * (deviation > 0 ? 1 : 0));
            factor[i] = scale > 0 ? (float)(1 / scale) : 1;
        }

        return needed ? new Standardization(mean, factor) : null;
    }

    /// <summary>The mean and deviation of each channel of pictures, over all pixels: convolutions see every pixel with the same weights, so they have one scale.</summary>
    public Standardization OfChannels(InputShape picture)
    {
        Flush();
        int channels = picture.Channels;
        int pixels = _shift.Length / channels;
        var sum = new double[channels];
        var squares = new double[channels]; // about 0, of means
        var inner = new double[channels];   // of deviations from each pixel's own mean
        for (int i = 0; i < _shift.Length; i++)
        {
            int channel = picture.Layout == ImageLayout.Planar ? i / pixels : i % channels;
            double offset = _totalSum[i] / _rows;
            double mean = _shift[i] + offset;
            sum[channel] += mean;
            squares[channel] += mean * mean;
            inner[channel] += Math.Max(0, (_totalSquares[i] / _rows) - (offset * offset));
        }

        var means = new float[channels];
        var factors = new float[channels];
        for (int channel = 0; channel < channels; channel++)
        {
            double mean = sum[channel] / pixels;
            double deviation = Math.Sqrt((inner[channel] / pixels) + Math.Max(0, (squares[channel] / pixels) - (mean * mean)));
            means[channel] = (float)mean;
            factors[channel] = deviation > 1e-6 * Math.Abs(mean) && deviation > 0 ? (float)(1 / deviation) : 1;
        }

        return new Standardization(means, factors) { Picture = picture };
    }

    /// <summary>Which features were zero in every row.</summary>
    public bool[] ZeroFeatures() => Array.ConvertAll(_largest, largest => largest == 0);

    private void Flush()
    {
        for (int i = 0; i < _sum.Length; i++)
        {
            _totalSum[i] += _sum[i];
            _totalSquares[i] += _squares[i];
        }

        Array.Clear(_sum);
        Array.Clear(_squares);
    }
}
