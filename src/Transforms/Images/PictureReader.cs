using Microsoft.ML.Data;

namespace MLExtensions.Transforms.Images;

/// <summary>From a file, its bytes or an image to pixels. Thread-safe.</summary>
internal static class PictureReader
{
    /// <summary>Reads a file.</summary>
    public static void ReadFile(string path, PixelFormat format, Span<byte> target)
    {
        using PictureSource source = PictureSource.OfFile(path);
        Read(source, format, target);
    }

    /// <summary>Reads the bytes of a file.</summary>
    public static void ReadBytes(string name, ReadOnlySpan<byte> bytes, PixelFormat format, Span<byte> target)
    {
        using PictureSource source = PictureSource.OfBytes(name, bytes);
        Read(source, format, target);
    }

    /// <summary>Reads a file as an image of ML.NET's: upright, colours multiplied by alpha as ML.NET's own are.</summary>
    public static MLImage ReadImage(string path)
    {
        using PictureSource source = PictureSource.OfFile(path);
        using DecodedPicture picture = DecodedPicture.Decode(source);
        return UprightImage.Of(picture, path);
    }

    /// <summary>Decodes a file and throws the pixels away, to find out whether it is whole.</summary>
    public static void CheckWhole(string path)
    {
        using PictureSource source = PictureSource.OfFile(path);
        DecodedPicture.Decode(source).Dispose();
    }

    /// <summary>Reads a file's header only.</summary>
    public static void CheckHeader(string path) => PictureSource.OfFile(path).Dispose();

    private static void Read(PictureSource source, PixelFormat format, Span<byte> target)
    {
        int longest = Math.Max(format.Width, format.Height); // which side is which depends on how the picture is turned
        using DecodedPicture picture = DecodedPicture.Decode(source, 2 * longest, 2 * longest);
        PixelWriter.Write(picture, format, target);
    }
}
