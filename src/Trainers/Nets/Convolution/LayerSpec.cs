namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>A layer of a body: what it does, not how. Its name is that of torchvision's module where the recipe is one of torchvision's.</summary>
/// <param name="Name">Stable name; parameters are called after it.</param>
internal abstract record LayerSpec(string Name);
