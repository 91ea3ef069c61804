namespace MLExtensions;

/// <summary>How a folder of pictures is read.</summary>
public sealed class ImageFolderOptions
{
    /// <summary>Endings of the files that are taken, with the dot, in any case.</summary>
    /// <value>The default value is .jpg, .jpeg, .png, .bmp, .webp and .gif, all that the decoder reads; of an animation the first picture counts.</value>
    public IReadOnlyList<string> Extensions { get; set; } = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif"];

    /// <summary>What is done about pictures that cannot be read, class folders without a picture, and pictures outside the class folders.</summary>
    /// <value>The default value is <see cref="BrokenPictures.Fail"/>.</value>
    public BrokenPictures OnBroken { get; set; }

    /// <summary>The seed of the order of the rows, which mixes the classes, so that a reader of some rows sees all of them. Null: by file name.</summary>
    /// <value>The default value is 1.</value>
    public long? ShuffleSeed { get; set; } = 1;

    /// <summary>Receives the share of pictures that have been looked at, from 0 to 1.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public IProgress<double>? Progress { get; set; }

    /// <summary>Stops the reading of the folder.</summary>
    /// <value>The default value never cancels.</value>
    public CancellationToken CancellationToken { get; set; }

    internal void Check(ICollection<string> faults)
    {
        if (Extensions is not { Count: > 0 } || Extensions.Any(extension => extension is not { Length: > 1 } || extension[0] != '.'))
            faults.Add("Extensions is empty or has an entry that is not a dot and letters; give at least one, such as \".png\".");
        if (!Enum.IsDefined(OnBroken))
            faults.Add($"OnBroken is {(int)OnBroken}; allowed are {string.Join(", ", Enum.GetNames<BrokenPictures>())}.");
    }
}
