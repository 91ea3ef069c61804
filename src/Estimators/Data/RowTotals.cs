namespace MLExtensions.Estimators.Data;

/// <summary>Sums over the rows of one part of the data.</summary>
internal sealed class RowTotals(int classes)
{
    private readonly double[] _weightOfClass = new double[classes];
    private double _targetMean;
    private double _targetSquares;

    public long Rows { get; private set; }

    /// <summary>[classes]</summary>
    public long[] RowsOfClass { get; } = new long[classes];

    /// <summary>Sum of example weights.</summary>
    public double Weight => _weightOfClass.Sum();

    /// <summary>Makes the weights of the rows have mean 1, class weights included.</summary>
    public float WeightFactor { get; private set; } = 1;

    /// <summary>Mean and deviation of the label; a constant label has scale 1.</summary>
    public (float Mean, float Scale) Target
    {
        get
        {
            double deviation = Rows == 0 ? 0 : Math.Sqrt(_targetSquares / Rows);
            return ((float)_targetMean, deviation > 0 ? (float)deviation : 1);
        }
    }

    /// <summary>Takes a row in (Welford, 1962).</summary>
    public void Add(int classIndex, float target, float weight)
    {
        Rows++;
        RowsOfClass[classIndex]++;
        _weightOfClass[classIndex] += weight;
        double difference = target - _targetMean;
        _targetMean += difference / Rows;
        _targetSquares += difference * (target - _targetMean);
    }

    /// <summary>Takes the rows of another part over.</summary>
    public void Join(RowTotals other)
    {
        if (other.Rows == 0)
            return;
        double difference = other._targetMean - _targetMean;
        long rows = Rows + other.Rows;
        _targetSquares += other._targetSquares + difference * difference * Rows * other.Rows / rows;
        _targetMean += difference * other.Rows / rows;
        Rows = rows;
        for (int i = 0; i < RowsOfClass.Length; i++)
        {
            RowsOfClass[i] += other.RowsOfClass[i];
            _weightOfClass[i] += other._weightOfClass[i];
        }

        other.Clear();
    }

    /// <summary>Settles <see cref="WeightFactor"/>.</summary>
    /// <param name="classWeights">[classes], or empty for 1.</param>
    public void Finish(ReadOnlySpan<double> classWeights)
    {
        double total = 0;
        for (int i = 0; i < _weightOfClass.Length; i++)
            total += _weightOfClass[i] * (classWeights.IsEmpty ? 1 : classWeights[i]);
        WeightFactor = total > 0 ? (float)(Rows / total) : 1;
    }

    private void Clear()
    {
        Rows = 0;
        _targetMean = _targetSquares = 0;
        Array.Clear(RowsOfClass);
        Array.Clear(_weightOfClass);
    }
}
