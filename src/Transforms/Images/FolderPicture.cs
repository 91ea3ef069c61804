namespace MLExtensions.Transforms.Images;

/// <summary>A file of an image folder.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Label">The name of its class folder.</param>
internal sealed record FolderPicture(string Path, string Label);
