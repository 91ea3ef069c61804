namespace MLExtensions.Trainers.Nested;

/// <summary>Rows are scored at a narrow width first, and again at the view's width where the first score is not sure enough.</summary>
/// <param name="Start">The narrow width in steps.</param>
/// <param name="Threshold">Classification: the largest probability from which on a row is sure. Regression: the epistemic deviation up to which it is, in units of the label.</param>
internal sealed record NestedAdaptive(int Start, double Threshold);
