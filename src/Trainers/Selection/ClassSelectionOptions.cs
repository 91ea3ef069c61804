namespace MLExtensions;

/// <summary>
/// How source classes are ranked for a target. The defaults are those of the official code of Liu et al., "Improved Fine-Tuning by Better Leveraging Pre-Training Data"
/// (arXiv 2111.12292).
/// </summary>
public sealed class ClassSelectionOptions
{
    /// <summary>What the cosine distance between class means is divided by.</summary>
    /// <value>The default is 0.1; allowed is above 0.</value>
    public double Temperature { get; set; } = 0.1;

    /// <summary>ε of the transport: how evenly a target class spreads its demand over source classes.</summary>
    /// <value>The default is 1; allowed is above 0.</value>
    public double Epsilon { get; set; } = 1;

    /// <summary>ρ of the source: how strongly every source class is made to take part.</summary>
    /// <value>The default is 1; allowed is at least 0, infinity included.</value>
    public double RhoSource { get; set; } = 1;

    /// <summary>ρ of the target: how strongly every target class is made to be covered.</summary>
    /// <value>The default is 100; allowed is at least 0, infinity included.</value>
    public double RhoTarget { get; set; } = 100;

    /// <summary>Whether classes without rows, or with a mean of zero, are left out (score 0, ranked last) instead of being an error.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool SkipEmptyClasses { get; set; }

    /// <summary>How the transport is solved.</summary>
    /// <value>
    /// The default is <see cref="TransportPrecision.Double"/> with a tolerance of 1e-9, so that ranks are certain: of 1,000 classes some have scores that differ by a share of 1e-8,
    /// which float32 products would swap. Class problems are small: it takes milliseconds.
    /// </value>
    public TransportOptions Transport { get; set; } = new() { Precision = TransportPrecision.Double, Tolerance = 1e-9 };

    internal void Check(ICollection<string> faults)
    {
        if (!(Temperature > 0) || !double.IsFinite(Temperature))
            faults.Add($"Temperature is {Temperature}; allowed is any finite number above 0. 0.1 is usual.");
        if (!(Epsilon > 0) || !double.IsFinite(Epsilon))
            faults.Add($"Epsilon is {Epsilon}; allowed is any finite number above 0. 1 is usual.");
        if (!(RhoSource >= 0))
            faults.Add($"RhoSource is {RhoSource}; allowed is at least 0. 1 is usual.");
        if (!(RhoTarget >= 0))
            faults.Add($"RhoTarget is {RhoTarget}; allowed is at least 0. 100 is usual.");
        if (Transport is null)
            faults.Add("Transport is null; leave it as it is for the defaults.");
        else
            Transport.Check(faults);
    }
}
