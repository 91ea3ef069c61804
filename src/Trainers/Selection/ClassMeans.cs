namespace MLExtensions;

/// <summary>
/// Means of an embedding per class, in one pass: sums in float64 and counts. Parts made on several machines can be saved, read back and merged.
/// Not thread-safe while rows are added.
/// </summary>
public sealed class ClassMeans
{
    private readonly long[] _counts;
    private double[] _sums; // [classes, width]
    private bool _isShared; // with points of a ranking, which must not change

    /// <summary>Means of no rows yet.</summary>
    /// <param name="classCount">Number of classes, at least 1.</param>
    /// <param name="width">Width of the embedding, at least 1.</param>
    public ClassMeans(int classCount, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        (ClassCount, Width) = (classCount, width);
        _sums = new double[checked((long)classCount * width)];
        _counts = new long[classCount];
    }

    private ClassMeans(int classCount, int width, double[] sums, long[] counts) =>
        (ClassCount, Width, _sums, _counts) = (classCount, width, sums, counts);

    /// <summary>Number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>Width of the embedding.</summary>
    public int Width { get; }

    /// <summary>Rows of each class so far.</summary>
    public IReadOnlyList<long> Counts => _counts;

    internal ReadOnlySpan<double> Sums => _sums;

    /// <summary>The sums as points; rows added later do not change them. A cosine does not see a row's length, so sums serve it as well as means.</summary>
    internal TransportPoints ToPoints()
    {
        _isShared = true;
        return TransportPoints.From((ReadOnlyMemory<double>)_sums, Width);
    }

    /// <summary>Finished means, as other tools make them.</summary>
    /// <param name="means">[classCount, width], row by row; finite numbers.</param>
    /// <param name="width">Width of the embedding.</param>
    /// <param name="counts">Rows that each mean stands for; null for 1 each.</param>
    /// <exception cref="ArgumentException">The values do not make whole rows, are not finite, or the counts do not fit.</exception>
    public static ClassMeans FromMeans(ReadOnlySpan<double> means, int width, IReadOnlyList<long>? counts = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (means.Length == 0 || means.Length % width != 0)
            throw new ArgumentException($"{means.Length} values are not rows of {width}; give one row per class.", nameof(means));
        int classes = means.Length / width;
        if (counts is not null && (counts.Count != classes || counts.Any(count => count < 0)))
            throw new ArgumentException($"The counts must be {classes} numbers of at least 0, one per class.", nameof(counts));
        int bad = NotFinite.FirstIn(means);
        if (bad >= 0)
            throw new ArgumentException($"The mean of class {bad / width} has the value {means[bad]} in column {bad % width}; only finite numbers are allowed.", nameof(means));
        var result = new ClassMeans(classes, width);
        for (int k = 0; k < classes; k++)
        {
            long count = counts?[k] ?? 1;
            result._counts[k] = count;
            for (int d = 0; d < width; d++)
                result._sums[((long)k * width) + d] = means[(k * width) + d] * count;
        }

        return result;
    }

    /// <summary>Adds a row.</summary>
    /// <param name="classIndex">0-based.</param>
    /// <param name="embedding">[width]; finite numbers.</param>
    /// <exception cref="ArgumentException">The class or the width is wrong, or a value is not finite; nothing is added.</exception>
    public void Add(int classIndex, ReadOnlySpan<float> embedding)
    {
        Check(classIndex, embedding.Length, NotFinite.FirstIn(embedding));
        Span<double> sum = SumsToChange().AsSpan(classIndex * Width, Width);
        for (int d = 0; d < sum.Length; d++)
            sum[d] += embedding[d];
        _counts[classIndex]++;
    }

    /// <summary>Adds a row.</summary>
    /// <param name="classIndex">0-based.</param>
    /// <param name="embedding">[width]; finite numbers.</param>
    /// <exception cref="ArgumentException">The class or the width is wrong, or a value is not finite; nothing is added.</exception>
    public void Add(int classIndex, ReadOnlySpan<double> embedding)
    {
        Check(classIndex, embedding.Length, NotFinite.FirstIn(embedding));
        Span<double> sum = SumsToChange().AsSpan(classIndex * Width, Width);
        for (int d = 0; d < sum.Length; d++)
            sum[d] += embedding[d];
        _counts[classIndex]++;
    }

    /// <summary>Adds the rows of another part: of the same classes and the same embedding.</summary>
    /// <param name="other">Left unchanged.</param>
    /// <exception cref="ArgumentException">The number of classes or the width differs.</exception>
    public void Merge(ClassMeans other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.ClassCount != ClassCount || other.Width != Width)
            throw new ArgumentException(
                $"Class means of {other.ClassCount} classes x {other.Width} values cannot be merged into {ClassCount} x {Width}; make all parts with the same classes and embedding.",
                nameof(other));
        double[] sums = SumsToChange();
        for (int i = 0; i < sums.Length; i++)
            sums[i] += other._sums[i];
        for (int k = 0; k < _counts.Length; k++)
            _counts[k] += other._counts[k];
    }

    /// <summary>The mean of a class.</summary>
    /// <param name="classIndex">0-based.</param>
    /// <returns>[width]; NaN for a class without rows.</returns>
    public double[] Mean(int classIndex)
    {
        var mean = new double[Width];
        for (int d = 0; d < Width; d++)
            mean[d] = _sums[((long)classIndex * Width) + d] / _counts[classIndex];
        return mean;
    }

    /// <summary>Writes sums and counts; the stream stays open.</summary>
    /// <param name="stream">Where to.</param>
    public void Save(Stream stream) => ClassMeansFile.Write(stream, this);

    /// <summary>Reads what <see cref="Save"/> has written; the stream stays open.</summary>
    /// <param name="stream">Where from.</param>
    /// <exception cref="InvalidDataException">The stream is damaged or holds something else.</exception>
    public static ClassMeans Load(Stream stream)
    {
        var (classes, width, sums, counts) = ClassMeansFile.Read(stream);
        return new ClassMeans(classes, width, sums, counts);
    }

    private double[] SumsToChange()
    {
        if (_isShared)
            (_sums, _isShared) = ((double[])_sums.Clone(), false);
        return _sums;
    }

    private void Check(int classIndex, int width, int notFinite)
    {
        if (classIndex < 0 || classIndex >= ClassCount)
            throw new ArgumentException($"Class {classIndex} of a row; allowed is 0 to {ClassCount - 1}.", nameof(classIndex));
        if (width != Width)
            throw new ArgumentException($"A row's embedding has {width} values; the class means have {Width}.", "embedding");
        if (notFinite >= 0)
            throw new ArgumentException(
                $"A row of class {classIndex} has a value in column {notFinite} of its embedding that is not finite; remove or replace missing values first.", "embedding");
    }
}
