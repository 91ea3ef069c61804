namespace MLExtensions.Transforms.Images;

/// <summary>A picture that cannot be read.</summary>
internal static class PictureException
{
    /// <summary>The error: which picture, what was found, what was expected.</summary>
    /// <param name="name">The file, or where the bytes came from.</param>
    /// <param name="found">What was found.</param>
    /// <param name="expected">What was expected.</param>
    public static InvalidDataException Of(string name, string found, string expected) => new($"The picture {name} cannot be read: {found}; expected {expected}.");
}
