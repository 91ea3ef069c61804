using Microsoft.ML;

namespace MLExtensions;

/// <summary>Options of <c>EvaluateRobustness</c>. Nothing has to be set, but epsilons should be: only you know what a small change of your columns is.</summary>
public sealed class RobustnessOptions
{
    /// <summary>
    /// How far rows may be moved, each at least 0, in units of the attacked columns: with <c>NormalizeMinMax</c> in the pipeline and pixels of 0 to 255 before it, 8 means 8 of
    /// 255. For noise the standard deviation. 0 gives the accuracy without an attack.
    /// </summary>
    /// <value>The default value is 0.05, 0.1 and 0.2.</value>
    public IReadOnlyList<double> Epsilons { get; set; } = [0.05, 0.1, 0.2];

    /// <summary>The attacks. Do not trust <see cref="Attack.Fgsm"/> alone.</summary>
    /// <value>The default value is Gaussian noise, FGSM and PGD with 20 steps, the latter two in the L-infinity norm.</value>
    public IReadOnlyList<Attack> Attacks { get; set; } = [Attack.GaussianNoise(), Attack.Fgsm(), Attack.Pgd()];

    /// <summary>
    /// The columns that are attacked; everything else keeps its values. Each must be the feature column or reach it through stages that only scale, shift, copy or
    /// concatenate. The name of the feature column itself means the features as the net gets them; other names mean columns as they are just before the first stage that changes them.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: all that the features are made of, traced back to the columns that enter the pipeline.</value>
    public IReadOnlyList<string>? Columns { get; set; }

    /// <summary>The least value of the attacked columns, in their units: 0 for pixels. No example lies below, unless its row does.</summary>
    /// <value>The default value is <see langword="null"/>: no bound.</value>
    public double? LowerBound { get; set; }

    /// <summary>The largest value of the attacked columns, above <see cref="LowerBound"/>: 255, or 1, for pixels.</summary>
    /// <value>The default value is <see langword="null"/>: no bound.</value>
    public double? UpperBound { get; set; }

    /// <summary>The label column: a key (multiclass) or a Boolean (binary). Rows without a label are left out.</summary>
    /// <value>The default value is <see langword="null"/>: the one that the net was trained with.</value>
    public string? LabelColumnName { get; set; }

    /// <summary>The most rows that are evaluated, at least 1: the first ones.</summary>
    /// <value>The default value is <see langword="null"/>: all.</value>
    public int? MaxRows { get; set; }

    /// <summary>Rows that are attacked at once, at least 1; fewer where rows are very wide. It decides memory and speed, and the result only by rounding.</summary>
    /// <value>The default value is 500.</value>
    public int BatchSize { get; set; } = 500;

    /// <summary>The seed of random starts and noise. The same seed gives the same result.</summary>
    /// <value>The default value is 1.</value>
    public long Seed { get; set; } = 1;

    /// <summary>Threads within one torch operation. <see cref="MLExtensions.ThreadPolicy.Measure"/> is not allowed here.</summary>
    /// <value>The default value is <see cref="MLExtensions.ThreadPolicy.Auto"/>.</value>
    public ThreadPolicy Threads { get; set; } = ThreadPolicy.Auto;

    /// <summary>The index of the CUDA device.</summary>
    /// <value>The default value is <see langword="null"/>: <see cref="MLContext.GpuDeviceId"/>, and the CPU where that is null too.</value>
    public int? GpuDeviceId { get; set; }

    /// <summary>Whether the CPU is used when the CUDA device is missing; otherwise that is an error.</summary>
    /// <value>The default value is <see langword="null"/>: <see cref="MLContext.FallbackToCpu"/>.</value>
    public bool? FallbackToCpu { get; set; }

    /// <summary>Receives progress after every batch.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public IProgress<RobustnessProgress>? Progress { get; set; }

    /// <summary>Stops the evaluation within a step of an attack.</summary>
    /// <value>The default value never cancels.</value>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>A copy that later changes of this object do not reach.</summary>
    internal RobustnessOptions Copy()
    {
        var copy = (RobustnessOptions)MemberwiseClone();
        copy.Epsilons = [.. Epsilons.Distinct().Order()];
        copy.Attacks = [.. Attacks];
        copy.Columns = Columns is null ? null : [.. Columns];
        return copy;
    }

    /// <summary>Adds what is wrong with these options to <paramref name="faults"/>, one line each.</summary>
    internal void Check(ICollection<string> faults)
    {
        if (Epsilons is not { Count: > 0 })
            faults.Add("Epsilons is null or empty; give at least one number of at least 0, in units of the attacked columns.");
        foreach (double epsilon in Epsilons ?? [])
            if (!(epsilon is >= 0 and <= 1e30))
                faults.Add($"Epsilons holds {epsilon}; allowed is 0 to 1e30. An epsilon is a distance in units of the attacked columns.");
        if (Attacks is not { Count: > 0 } || Attacks.Any(attack => attack is null))
            faults.Add("Attacks is null, empty or holds null; give at least one, such as Attack.Pgd().");
        else
            foreach (Attack attack in Attacks)
                attack.Check(faults);
        if (Columns is { Count: 0 } || Columns?.Any(string.IsNullOrWhiteSpace) == true)
            faults.Add("Columns is empty or holds a blank name; give names of columns, or null for all that the features are made of.");
        foreach ((string name, double? bound) in new[] { (nameof(LowerBound), LowerBound), (nameof(UpperBound), UpperBound) })
            if (bound is { } value && !double.IsFinite(value))
                faults.Add($"{name} is {value}; it must be a finite number. Leave it out for no bound.");
        if (LowerBound >= UpperBound)
            faults.Add($"LowerBound is {LowerBound} and UpperBound is {UpperBound}; the lower must be below the upper. Swap them.");
        if (LabelColumnName is not null && string.IsNullOrWhiteSpace(LabelColumnName))
            faults.Add("LabelColumnName is blank; give the name of a column, or null for the net's own.");
        if (MaxRows < 1)
            faults.Add($"MaxRows is {MaxRows}; it must be at least 1. Leave it out for all rows.");
        if (BatchSize < 1)
            faults.Add($"BatchSize is {BatchSize}; it must be at least 1. 500 is the default.");
        if (GpuDeviceId is < 0)
            faults.Add($"GpuDeviceId is {GpuDeviceId}; it must be at least 0. Leave it out for the MLContext's setting.");
        if (Threads is null || Threads.IsMeasured)
            faults.Add($"Threads is {(Threads is null ? "null" : Threads)}; give ThreadPolicy.Auto or ThreadPolicy.Fixed(1).");
        else
            Threads.Check(faults);
    }
}
