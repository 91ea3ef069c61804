namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>Convolutions one after the other, to whose result the block's input is added in some way; then the activation.</summary>
/// <param name="Name">Name of the block.</param>
/// <param name="Branch">The convolutions.</param>
/// <param name="Shortcut">What is added.</param>
/// <param name="Projection">The convolution of a projecting shortcut, or null.</param>
/// <param name="Activation">What follows.</param>
internal sealed record BlockSpec(string Name, IReadOnlyList<ConvSpec> Branch, ShortcutKind Shortcut, ConvSpec? Projection, Rectification Activation) : LayerSpec(Name);
