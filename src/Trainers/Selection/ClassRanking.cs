namespace MLExtensions;

/// <summary>Source classes in the order in which they help a target.</summary>
public sealed class ClassRanking
{
    internal ClassRanking(TransportResult transport)
    {
        Transport = transport;
        Order = [.. Enumerable.Range(0, Scores.Count).OrderByDescending(k => Scores[k]).ThenBy(k => k)];
    }

    /// <summary>The transport from source classes (rows) to target classes (columns): plan entries, masses, convergence.</summary>
    public TransportResult Transport { get; }

    /// <summary>The mass that each source class sends; the higher the better.</summary>
    public IReadOnlyList<double> Scores => Transport.SourceMass;

    /// <summary>Indices of the source classes, best first; equal scores by index.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>The best classes.</summary>
    /// <param name="count">K: 1 to the number of source classes.</param>
    /// <returns>Indices of source classes, best first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many classes.</exception>
    public int[] Top(int count)
    {
        if (count < 1 || count > Order.Count)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"{count} classes are asked for; allowed is 1 to {Order.Count}, the number of source classes.");
        return [.. Order.Take(count)];
    }
}
