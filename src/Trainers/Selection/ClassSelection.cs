using System.Globalization;

namespace MLExtensions;

/// <summary>
/// Ranks source classes by the mass that unbalanced transport moves from them to the target classes:
/// M_kl = (1 − cos(mean_k, mean_l)) / temperature, weights of 1, score_k = Σ_l P_kl
/// (Liu et al., arXiv 2111.12292, as in their code).
/// </summary>
public static class ClassSelection
{
    /// <summary>Ranks all source classes.</summary>
    /// <param name="source">Class means of the source.</param>
    /// <param name="target">Class means of the target, of the same embedding.</param>
    /// <param name="options">Null for the official settings.</param>
    /// <exception cref="ArgumentException">The options have faults, the widths differ, or a class has no rows or a mean of zero.</exception>
    public static ClassRanking Rank(ClassMeans source, ClassMeans target, ClassSelectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        options ??= new ClassSelectionOptions();
        OptionsFaults.Throw(nameof(ClassSelectionOptions), options.Check);
        if (source.Width != target.Width)
            throw new ArgumentException(
                $"The source's class means have {source.Width} values, the target's {target.Width}; both must come from the same embedding.", nameof(target));
        double[] sourceWeights = Weights(source, "source", options.SkipEmptyClasses);
        double[] targetWeights = Weights(target, "target", options.SkipEmptyClasses);
        return new ClassRanking(UnbalancedTransport.Solve(
            new TransportProblem
            {
                Geometry = TransportGeometry.Cosine(source.ToPoints(), target.ToPoints(), options.Temperature),
                SourceWeights = sourceWeights,
                TargetWeights = targetWeights,
                Epsilon = options.Epsilon,
                RhoSource = options.RhoSource,
                RhoTarget = options.RhoTarget,
                Reference = TransportReference.Ones,
            },
            options.Transport));
    }

    /// <summary>1 for classes that take part, 0 for those that cannot.</summary>
    private static double[] Weights(ClassMeans means, string side, bool skip)
    {
        var weights = new double[means.ClassCount];
        var without = new List<int>();
        var zero = new List<int>();
        for (int k = 0; k < weights.Length; k++)
        {
            if (means.Counts[k] == 0)
                without.Add(k);
            else if (means.Sums.Slice(k * means.Width, means.Width).IndexOfAnyExcept(0) < 0)
                zero.Add(k);
            else
                weights[k] = 1;
        }

        if (without.Count + zero.Count > 0 && (!skip || without.Count + zero.Count == weights.Length))
            throw new ArgumentException(string.Join(' ', Complaint(without, side, "without rows"), Complaint(zero, side, "whose mean is zero, so that it has no direction")).Trim()
                + (skip ? " None is left." : " Leave them out, or set SkipEmptyClasses to rank them last."));
        return weights;
    }

    private static string Complaint(List<int> classes, string side, string what) => classes.Count == 0
        ? ""
        : $"The {side} has {classes.Count} of its classes {what}: {string.Join(", ", classes.Take(10).Select(k => k.ToString(CultureInfo.InvariantCulture)))}{(classes.Count > 10 ? ", ..." : "")}.";
}
