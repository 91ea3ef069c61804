namespace MLExtensions;

/// <summary>Where the costs M of a transport problem come from. Costs between points are never held all at once.</summary>
public sealed class TransportGeometry
{
    private TransportGeometry(TransportCostKind kind, int sources, int targets) => (Kind, SourceCount, TargetCount) = (kind, sources, targets);

    /// <summary>How a cost is found.</summary>
    public TransportCostKind Kind { get; }

    /// <summary>n: number of source points, the rows.</summary>
    public int SourceCount { get; }

    /// <summary>m: number of target points, the columns.</summary>
    public int TargetCount { get; }

    /// <summary>The source points; null with a given matrix.</summary>
    public TransportPoints? Source { get; private init; }

    /// <summary>The target points; null with a given matrix.</summary>
    public TransportPoints? Target { get; private init; }

    /// <summary>What the distance is multiplied with; 1 / temperature for cosines.</summary>
    public double Scale { get; private init; } = 1;

    internal ReadOnlyMemory<float> SingleCosts { get; private init; }

    internal ReadOnlyMemory<double> DoubleCosts { get; private init; }

    /// <summary>M_ij = (1 − ⟨x_i, y_j⟩ / (‖x_i‖ ‖y_j‖)) / temperature: between 0 and 2 / temperature.</summary>
    /// <param name="source">n points.</param>
    /// <param name="target">m points of the same width.</param>
    /// <param name="temperature">Above 0.</param>
    /// <exception cref="ArgumentException">The widths differ, or the temperature is out of range.</exception>
    public static TransportGeometry Cosine(TransportPoints source, TransportPoints target, double temperature = 0.1)
    {
        CheckPositive(temperature, nameof(temperature));
        return Between(TransportCostKind.Cosine, source, target, 1 / temperature);
    }

    /// <summary>M_ij = ‖x_i − y_j‖² · scale.</summary>
    /// <param name="source">n points.</param>
    /// <param name="target">m points of the same width.</param>
    /// <param name="scale">Above 0; 1 / width makes costs of standardised features independent of their number.</param>
    /// <exception cref="ArgumentException">The widths differ, or the scale is out of range.</exception>
    public static TransportGeometry SquaredEuclidean(TransportPoints source, TransportPoints target, double scale = 1)
    {
        CheckPositive(scale, nameof(scale));
        return Between(TransportCostKind.SquaredEuclidean, source, target, scale);
    }

    /// <summary>M_ij = ‖x_i − y_j‖ · scale.</summary>
    /// <param name="source">n points.</param>
    /// <param name="target">m points of the same width.</param>
    /// <param name="scale">Above 0.</param>
    /// <exception cref="ArgumentException">The widths differ, or the scale is out of range.</exception>
    public static TransportGeometry Euclidean(TransportPoints source, TransportPoints target, double scale = 1)
    {
        CheckPositive(scale, nameof(scale));
        return Between(TransportCostKind.Euclidean, source, target, scale);
    }

    /// <summary>Given costs in float64; they are not copied, so leave them unchanged while they are used.</summary>
    /// <param name="costs">[sourceCount, targetCount], row by row; finite numbers.</param>
    /// <param name="sourceCount">n, at least 1.</param>
    /// <param name="targetCount">m, at least 1.</param>
    /// <exception cref="ArgumentException">The number of costs is not n · m.</exception>
    public static TransportGeometry FromCosts(ReadOnlyMemory<double> costs, int sourceCount, int targetCount)
    {
        CheckCosts(costs.Length, sourceCount, targetCount);
        return new TransportGeometry(TransportCostKind.Matrix, sourceCount, targetCount) { DoubleCosts = costs };
    }

    /// <summary>Given costs in float32; they are not copied, so leave them unchanged while they are used.</summary>
    /// <param name="costs">[sourceCount, targetCount], row by row; finite numbers.</param>
    /// <param name="sourceCount">n, at least 1.</param>
    /// <param name="targetCount">m, at least 1.</param>
    /// <exception cref="ArgumentException">The number of costs is not n · m.</exception>
    public static TransportGeometry FromCosts(ReadOnlyMemory<float> costs, int sourceCount, int targetCount)
    {
        CheckCosts(costs.Length, sourceCount, targetCount);
        return new TransportGeometry(TransportCostKind.Matrix, sourceCount, targetCount) { SingleCosts = costs };
    }

    /// <summary>M_ij, computed in float64.</summary>
    /// <param name="source">i, 0-based.</param>
    /// <param name="target">j, 0-based.</param>
    public double Cost(int source, int target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(source);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(source, SourceCount);
        ArgumentOutOfRangeException.ThrowIfNegative(target);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(target, TargetCount);
        if (Kind == TransportCostKind.Matrix)
        {
            int at = checked((source * TargetCount) + target);
            return SingleCosts.IsEmpty ? DoubleCosts.Span[at] : SingleCosts.Span[at];
        }

        var x = new double[Source!.Width];
        var y = new double[Source.Width];
        Source.CopyPoint(source, x);
        Target!.CopyPoint(target, y);
        return Distance(x, y) * Scale;
    }

    private double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double xx = 0, yy = 0, xy = 0, square = 0;
        for (int k = 0; k < x.Length; k++)
        {
            xx += x[k] * x[k];
            yy += y[k] * y[k];
            xy += x[k] * y[k];
            square += (x[k] - y[k]) * (x[k] - y[k]);
        }

        return Kind switch
        {
            TransportCostKind.Cosine => 1 - (xy / Math.Sqrt(xx) / Math.Sqrt(yy)),
            TransportCostKind.SquaredEuclidean => square,
            _ => Math.Sqrt(square),
        };
    }

    private static TransportGeometry Between(TransportCostKind kind, TransportPoints source, TransportPoints target, double scale)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        if (source.Width != target.Width)
            throw new ArgumentException(
                $"The source points have {source.Width} coordinates, the target points {target.Width}; both must come from the same embedding.", nameof(target));
        return new TransportGeometry(kind, source.Count, target.Count) { Source = source, Target = target, Scale = scale };
    }

    private static void CheckPositive(double value, string name)
    {
        if (!(value > 0) || !double.IsFinite(value) || !double.IsFinite(1 / value))
            throw new ArgumentException($"{name} is {value}; allowed is any finite number above 0.", name);
    }

    private static void CheckCosts(int length, int sourceCount, int targetCount)
    {
        if (sourceCount < 1 || targetCount < 1 || (long)sourceCount * targetCount != length)
            throw new ArgumentException($"{length} costs are not {sourceCount} rows of {targetCount}; give one cost for each pair, row by row.", "costs");
    }
}
