using System.Collections.Concurrent;
using MLExtensions.Trainers.Runtime;

namespace MLExtensions.Transforms.Images;

/// <summary>Finds the pictures of a folder whose subfolders are the classes, and looks at each.</summary>
internal sealed class FolderScan
{
    private const int Deepest = 16;
    private const int NamesInErrors = 5;

    private readonly string _folder;
    private readonly ImageFolderOptions _options;
    private readonly List<string> _warnings = [];

    private FolderScan(string folder, ImageFolderOptions options)
    {
        _folder = folder;
        _options = options;
    }

    /// <summary>Reads a folder.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It has no pictures in subfolders, or a broken one.</exception>
    public static ImageFolderView Run(string folder, ImageFolderOptions options)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"The image folder '{folder}' does not exist.");
        return new FolderScan(Path.GetFullPath(folder), options).Run();
    }

    private ImageFolderView Run()
    {
        List<FolderPicture> pictures = Find();
        string?[] faults = LookAt(pictures);
        if (faults.FirstOrDefault(fault => fault is not null) is { } first && _options.OnBroken == BrokenPictures.Fail)
        {
            int count = faults.Count(fault => fault is not null);
            throw new InvalidDataException($"{first} {(count > 1 ? $"{count - 1} more of the {pictures.Count} pictures cannot be read. " : "")}"
                + $"Remove it, or set {nameof(ImageFolderOptions)}.{nameof(ImageFolderOptions.OnBroken)} = {nameof(BrokenPictures)}.{nameof(BrokenPictures.Skip)}.");
        }

        FolderPicture[] whole = [.. pictures.Where((_, i) => faults[i] is null)];
        string[] skipped = [.. faults.OfType<string>()];
        if (whole.Length == 0)
            throw new InvalidDataException($"Not one of the {pictures.Count} pictures in '{_folder}' can be read; expected at least one. {string.Join(' ', skipped.Take(NamesInErrors))}");
        if (skipped.Length > 0)
            _warnings.Add($"{skipped.Length} of {pictures.Count} pictures are left out; the first: {skipped[0]}");
        SortedDictionary<string, int> classes = new(StringComparer.Ordinal);
        foreach (FolderPicture picture in whole)
            classes[picture.Label] = classes.GetValueOrDefault(picture.Label) + 1;
        foreach (string lost in pictures.Select(picture => picture.Label).Distinct().Where(label => !classes.ContainsKey(label)))
            _warnings.Add($"The class folder '{lost}' has no picture that can be read.");
        if (classes.Count == 1)
            _warnings.Add($"'{_folder}' has one class only, '{classes.First().Key}'; a classifier needs at least two class folders.");
        if (_options.ShuffleSeed is { } seed)
            SeededRandom.Derive(seed).Shuffle<FolderPicture>(whole);
        return new ImageFolderView(whole, classes, skipped, _warnings);
    }

    private List<FolderPicture> Find()
    {
        string[] folders = [.. Directory.GetDirectories(_folder).Where(folder => !Path.GetFileName(folder).StartsWith('.')).Order(StringComparer.Ordinal)];
        string[] loose = PicturesIn(_folder, recurse: false);
        if (folders.Length == 0)
            throw new InvalidDataException(
                $"'{_folder}' has no subfolders (found: {(loose.Length > 0 ? $"{loose.Length} pictures in the folder itself" : "no pictures")}); "
                + "expected a subfolder for each class, named as the class, with its pictures.");
        if (loose.Length > 0)
            Complain($"{loose.Length} pictures lie in '{_folder}' itself, the first is '{Path.GetFileName(loose[0])}'; expected them in a subfolder that is named as their class.");
        var pictures = new List<FolderPicture>();
        foreach (string folder in folders)
        {
            string[] files = PicturesIn(folder, recurse: true);
            if (files.Length == 0)
                Complain($"The class folder '{folder}' has no pictures; expected at least one file ending in {string.Join(", ", _options.Extensions)}.");
            pictures.AddRange(files.Select(file => new FolderPicture(file, Path.GetFileName(folder))));
        }

        return pictures.Count > 0 ? pictures
            : throw new InvalidDataException($"The subfolders of '{_folder}' have no pictures; expected files ending in {string.Join(", ", _options.Extensions)}.");
    }

    private string[] PicturesIn(string folder, bool recurse)
    {
        var how = new EnumerationOptions { RecurseSubdirectories = recurse, MaxRecursionDepth = Deepest };
        return [.. Directory.EnumerateFiles(folder, "*", how)
            .Where(file => _options.Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
    }

    private void Complain(string fault)
    {
        if (_options.OnBroken == BrokenPictures.Fail)
            throw new InvalidDataException($"{fault} {nameof(BrokenPictures)}.{nameof(BrokenPictures.Skip)} leaves it out.");
        _warnings.Add(fault);
    }

    // The faults by picture, in the order of the pictures whatever the threads do.
    private string?[] LookAt(List<FolderPicture> pictures)
    {
        var faults = new string?[pictures.Count];
        int done = 0;
        Parallel.ForEach(
            Partitioner.Create(0, pictures.Count, Math.Max(1, Math.Min(64, pictures.Count / 16))),
            new ParallelOptions { CancellationToken = _options.CancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount },
            range =>
            {
                for (int i = range.Item1; i < range.Item2; i++)
                    faults[i] = FaultOf(pictures[i].Path);
                _options.Progress?.Report(Interlocked.Add(ref done, range.Item2 - range.Item1) / (double)pictures.Count);
            });
        return faults;
    }

    private string? FaultOf(string path)
    {
        try
        {
            _options.CancellationToken.ThrowIfCancellationRequested();
            if (_options.OnBroken == BrokenPictures.Skip)
                PictureReader.CheckWhole(path);
            else
                PictureReader.CheckHeader(path);
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return e.Message;
        }
    }
}
