namespace MLExtensions.Benchmarks.Nested;

/// <summary>One measured model at one width.</summary>
/// <param name="Set">The known pictures and the number of training rows.</param>
/// <param name="Method">How the model was made.</param>
/// <param name="Width">Share of the units.</param>
/// <param name="Seed">Of rows and fit.</param>
/// <param name="Values">Accuracy, NLL, ECE, AUPR and AUROC of strangers.</param>
internal sealed record NestedEvidence(string Set, string Method, double Width, int Seed, double[] Values)
{
    public static readonly string[] Metrics = ["accuracy", "NLL", "ECE", "OOD AUPR", "OOD AUROC"];

    public override string ToString() => FormattableString.Invariant($"raw;{Set};{Method};{Width};{Seed};{string.Join(';', Values.Select(v => v.ToString("r", System.Globalization.CultureInfo.InvariantCulture)))}");

    public static NestedEvidence? Parse(string line)
    {
        string[] parts = line.Split(';');
        return parts.Length != 5 + Metrics.Length || parts[0] != "raw" ? null
            : new NestedEvidence(parts[1], parts[2], Number(parts[3]), (int)Number(parts[4]), [.. parts[5..].Select(Number)]);

        static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }
}
