using System.Globalization;
using MLExtensions.Samples.Shared.Characters;

namespace MLExtensions.Samples.Shared.Idx;

/// <summary>The four files of MNIST, Fashion-MNIST and others of that form in one folder, as rows of 28 x 28 pixels.</summary>
public static class IdxFolder
{
    /// <summary>
    /// Reads the training pictures (train-images-idx3-ubyte, train-labels-idx1-ubyte) and the test pictures (t10k-...), each with or without .gz.
    /// </summary>
    /// <exception cref="SampleInputException">The folder or a file is missing or cannot be used.</exception>
    public static (IReadOnlyList<CharacterRow> Train, IReadOnlyList<CharacterRow> Test) Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new SampleInputException($"There is no folder '{folder}'. Give the folder that holds the four IDX files, such as {ImagesName("train")}.gz.");
        return (ReadPart(folder, "train"), ReadPart(folder, "t10k"));
    }

    private static string ImagesName(string part) => $"{part}-images-idx3-ubyte";

    private static string LabelsName(string part) => $"{part}-labels-idx1-ubyte";

    private static CharacterRow[] ReadPart(string folder, string part)
    {
        var (imagesPath, labelsPath) = (Find(folder, ImagesName(part)), Find(folder, LabelsName(part)));
        var images = IdxReader.ReadImages(imagesPath);
        var labels = IdxReader.ReadLabels(labelsPath);
        if (images.Rows != CharacterRow.Side || images.Columns != CharacterRow.Side)
            throw new SampleInputException(
                $"'{imagesPath}' holds pictures of {images.Rows} x {images.Columns} pixels; this sample takes {CharacterRow.Side} x {CharacterRow.Side}.");
        if (images.Pixels.Count != labels.Count)
            throw new SampleInputException(
                $"'{imagesPath}' holds {images.Pixels.Count} pictures, but '{labelsPath}' holds {labels.Count} labels. The two files must belong together.");
        if (labels.Count == 0)
            throw new SampleInputException($"'{imagesPath}' holds no pictures.");
        return [.. images.Pixels.Zip(labels, ToRow)];
    }

    private static string Find(string folder, string name)
    {
        string plain = Path.Combine(folder, name);
        string packed = plain + ".gz";
        return File.Exists(packed) ? packed : File.Exists(plain) ? plain
            : throw new SampleInputException(
                $"There is neither '{name}' nor '{name}.gz' in '{folder}'. Both MNIST and Fashion-MNIST consist of four such files.");
    }

    private static CharacterRow ToRow(byte[] pixels, byte label) => new()
    {
        Pixels = Array.ConvertAll(pixels, p => p / 255f),
        Label = label.ToString(CultureInfo.InvariantCulture),
    };
}
