namespace MLExtensions;

/// <summary>A width, and why it was chosen.</summary>
/// <param name="Width">Share of the units.</param>
/// <param name="Reason">A sentence that names the limit that decided.</param>
public sealed record WidthChoice(double Width, string Reason);
