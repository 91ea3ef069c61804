namespace MLExtensions.Trainers.Nested;

/// <summary>A layer with weights of a nested net.</summary>
/// <param name="Name">Its name in the layout.</param>
/// <param name="Outputs">Units, or channels.</param>
/// <param name="Mask">Which mask orders its outputs; −1 for none.</param>
/// <param name="InputMask">Which mask its inputs have passed; −1 for none.</param>
/// <param name="Norm">The batch normalisation that follows, or null.</param>
internal sealed record NestedLayer(string Name, int Outputs, int Mask, int InputMask, string? Norm);
