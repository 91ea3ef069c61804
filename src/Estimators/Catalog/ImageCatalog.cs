using Microsoft.ML.Runtime;
using MLExtensions;
using MLExtensions.Transforms.Images;
using MLExtensions.Transforms.Interop;

namespace Microsoft.ML;

/// <summary>Hangs the reading of pictures on ML.NET's catalogs.</summary>
public static class ImageCatalog
{
    /// <summary>
    /// The pictures of a folder as rows: each subfolder is a class and may have subfolders of its own. Columns: <c>ImagePath</c>, <c>Label</c> (the subfolder's name) and <c>Image</c>.
    /// Only headers are read here, unless broken pictures are to be skipped; pictures are decoded when they are asked for.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="path">The folder.</param>
    /// <param name="options">How it is read; null for the defaults.</param>
    /// <returns>The rows, with what was skipped and what is odd; oddities are also logged as warnings.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It has no class folders or no pictures, or one is broken; the message names it.</exception>
    public static ImageFolderView LoadImageFolder(this DataOperationsCatalog catalog, string path, ImageFolderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new ImageFolderOptions();
        OptionsFaults.Throw(nameof(ImageFolderOptions), options.Check);
        ImageFolderView view = FolderScan.Run(path, options);
        using IChannel log = Environments.Of(catalog).Register(nameof(LoadImageFolder)).Start("Load");
        foreach (string warning in view.Warnings)
            log.Warning(MessageSensitivity.None, "{0}", warning);
        return view;
    }

    /// <summary>
    /// Reads pictures into a vector [channels, height, width] of Single from 0 to 255: red, green, blue, upright as their Exif data say, transparent parts on white. The
    /// neural-network trainers keep such pixels as bytes.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The column of pixels.</param>
    /// <param name="inputColumnName">The column of pictures: names of image files (Text), their bytes (a vector of Byte) or images (MLImage); null for the output's name.</param>
    /// <param name="width">Pixels in a row, 1 to 16,384.</param>
    /// <param name="height">Rows, 1 to 16,384.</param>
    /// <param name="channels">3 for colour, 1 for grey; other pictures are converted.</param>
    /// <param name="fit">How a picture of another shape is fitted in.</param>
    /// <param name="imageFolder">What relative file names start from; null for the current folder.</param>
    /// <exception cref="ArgumentException">Something is out of range; the message lists everything that is.</exception>
    public static ImagePixelsEstimator ImagePixels(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, int width = 224, int height = 224, int channels = 3,
        ImageFit fit = ImageFit.Crop, string? imageFolder = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new ImagePixelsEstimator(new PixelStage(inputColumnName ?? outputColumnName, outputColumnName, imageFolder, new PixelFormat(width, height, channels, fit)));
    }
}
