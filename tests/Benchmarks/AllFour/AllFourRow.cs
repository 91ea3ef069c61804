namespace MLExtensions.Benchmarks.AllFour;

/// <summary>One model of one seed at one width.</summary>
/// <param name="Net">The kind of net: with batch normalisation or without.</param>
/// <param name="Method">How the model was made.</param>
/// <param name="Width">Share of the units.</param>
/// <param name="Seed">Of rows and fits.</param>
/// <param name="Quality">Accuracy, NLL, ECE, AUROC of strangers that the source holds and of others.</param>
/// <param name="Seconds">Of selection and fit.</param>
/// <param name="Bytes">Of the saved pipeline.</param>
/// <param name="SameAfterReload">Whether a fresh process gives the same bits.</param>
internal sealed record AllFourRow(string Net, string Method, double Width, int Seed, double[] Quality, double Seconds, long Bytes, bool SameAfterReload)
{
    public static readonly string[] Metrics = ["accuracy", "NLL", "ECE", "AUROC Fashion", "AUROC CIFAR"];
}
