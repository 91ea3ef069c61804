namespace MLExtensions.Estimators.Data;

/// <summary>Sums over the rows of one part of the data.</summary>
internal sealed class RowTotals(int classes)
{
    private readonly double[] _weightOfClass = new double[classes];
    private double _weight;
    private double _targetMean;
    private double _targetSquares;

    public long Rows { get; private set; }

    /// <summary>[classes]</summary>
    public long[] RowsOfClass { get; } = new long[classes];

    /// <summary>Sum of example weights.</summary>
    public double Weight => _weight;

    /// <summary>Makes the weights of the rows have mean 1, class weights included.</summary>
    public float WeightFactor { get; private set; } = 1;

    /// <summary>Weighted mean and deviation of the label; a constant label has scale 1.</summary>
    public (float Mean, float Scale) Target
    {
        get
        {
            double weight = Weight;
            double deviation = weight > 0 ? Math.Sqrt(_targetSquares / weight) : 0;
            return ((float)_targetMean, deviation > 0 ? (float)deviation : 1);
        }
    }

    /// <summary>Takes a row in (West, 1979: the weighted form of Welford's update).</summary>
    public void Add(int classIndex, float target, float weight)
    {
        Rows++;
        RowsOfClass[classIndex]++;
        _weightOfClass[classIndex] += weight;
        _weight += weight;
        if (weight == 0)
            return;
        double difference = target - _targetMean;
        _targetMean += difference * weight / Weight;
        _targetSquares += weight * difference * (target - _targetMean);
    }

    /// <summary>Takes the rows of another part over.</summary>
    public void Join(RowTotals other)
    {
        if (other.Rows == 0)
            return;
        double difference = other._targetMean - _targetMean;
        double weight = Weight + other.Weight;
        if (weight > 0)
        {
            _targetSquares += other._targetSquares + difference * difference * Weight * other.Weight / weight;
            _targetMean += difference * other.Weight / weight;
        }

        Rows += other.Rows;
        _weight = weight;
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
        _targetMean = _targetSquares = _weight = 0;
        Array.Clear(RowsOfClass);
        Array.Clear(_weightOfClass);
    }
}
