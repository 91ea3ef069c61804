namespace MLExtensions;

/// <summary>What is done about pictures of a folder that cannot be read.</summary>
public enum BrokenPictures
{
    /// <summary>
    /// The first one ends the work with an error that names it: while the folder is read where the header shows it (no picture, empty, too large), when it is
    /// decoded where only that shows it (cut off, damaged).
    /// </summary>
    Fail,

    /// <summary>
    /// Every picture is decoded once while the folder is read, and those that cannot be read are left out, each with its reason in <see
    /// cref="ImageFolderView.Skipped"/>.
    /// </summary>
    Skip,
}
