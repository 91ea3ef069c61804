using SkiaSharp;

namespace MLExtensions.Transforms.Images;

/// <summary>The encoded bytes of a picture with a codec that has read their header: format and size are known, nothing is decoded yet.</summary>
internal sealed class PictureSource : IDisposable
{
    /// <summary>The most pixels of a picture: four bytes of memory each while it is decoded.</summary>
    public const long MostPixels = 100_000_000;

    private readonly SKData _data;

    private PictureSource(string name, SKData data, SKCodec codec)
    {
        Name = name;
        _data = data;
        Codec = codec;
    }

    /// <summary>The file, or where the bytes came from, for errors.</summary>
    public string Name { get; }

    /// <summary>The decoder.</summary>
    public SKCodec Codec { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is no picture, or too large.</exception>
    public static PictureSource OfFile(string path)
    {
        string name = $"'{path}'";
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new FileNotFoundException($"The picture {name} does not exist.", path);
        if (file.Length == 0)
            throw Empty(name);
        try
        {
            using (file.OpenRead())
            {
                // Only to have .NET's message where the file may not be read: the decoder has none.
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PictureException.Of(name, e.Message.TrimEnd('.'), "a file that this process may read");
        }

        return Open(name, SKData.Create(path) ?? throw PictureException.Of(name, "the file could not be mapped", "a file that this process may read"));
    }

    /// <summary>Opens the bytes of a file; they are copied.</summary>
    /// <exception cref="InvalidDataException">They are no picture, or too large.</exception>
    public static PictureSource OfBytes(string name, ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? throw Empty(name) : Open(name, SKData.CreateCopy(bytes));

    /// <inheritdoc/>
    public void Dispose()
    {
        Codec.Dispose();
        _data.Dispose();
    }

    private static PictureSource Open(string name, SKData data)
    {
        SKCodec? codec = null;
        try
        {
            codec = SKCodec.Create(data) ?? throw PictureException.Of(
                name, $"its {data.Size} bytes begin with {Begin(data)}", "the whole of a JPEG, PNG, BMP, WebP or GIF file");
            if ((long)codec.Info.Width * codec.Info.Height > MostPixels)
                throw PictureException.Of(name, $"it has {codec.Info.Width} x {codec.Info.Height} pixels", $"at most {MostPixels:N0} pixels in all");
            if (codec.Info.Width < 1 || codec.Info.Height < 1)
                throw PictureException.Of(name, $"it has {codec.Info.Width} x {codec.Info.Height} pixels", "at least one");
            return new PictureSource(name, data, codec);
        }
        catch
        {
            codec?.Dispose();
            data.Dispose();
            throw;
        }
    }

    private static InvalidDataException Empty(string name) => PictureException.Of(name, "it has 0 bytes", "a JPEG, PNG, BMP, WebP or GIF file");

    private static string Begin(SKData data)
    {
        const int Shown = 12;
        ReadOnlySpan<byte> bytes = data.AsSpan()[..(int)Math.Min(Shown, data.Size)];
        bool text = !bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~');
        return text ? $"the text \"{System.Text.Encoding.ASCII.GetString(bytes)}\"" : Convert.ToHexString(bytes);
    }
}
