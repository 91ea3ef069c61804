using System.Buffers;
using Microsoft.ML.Data;
using SkiaSharp;

namespace MLExtensions.Transforms.Images;

/// <summary>Pixels of a picture, red, green, blue and alpha of each, in rented memory.</summary>
internal sealed class DecodedPicture : IDisposable
{
    private byte[]? _pixels;

    private DecodedPicture(byte[] pixels, int width, int height, bool premultiplied, SKEncodedOrigin origin, bool opaque)
    {
        _pixels = pixels;
        Width = width;
        Height = height;
        Premultiplied = premultiplied;
        Origin = origin;
        Opaque = opaque;
    }

    /// <summary>Pixels in a row, as stored.</summary>
    public int Width { get; }

    /// <summary>Rows, as stored.</summary>
    public int Height { get; }

    /// <summary>Whether the colours have been multiplied by alpha.</summary>
    public bool Premultiplied { get; }

    /// <summary>Whether every pixel is opaque.</summary>
    public bool Opaque { get; }

    /// <summary>How the stored picture must be turned to be upright.</summary>
    public SKEncodedOrigin Origin { get; }

    /// <summary>[Height * Width * 4]</summary>
    public Span<byte> Pixels => _pixels.AsSpan(0, Width * Height * 4);

    /// <summary>Decodes a picture.</summary>
    /// <param name="source">Its bytes.</param>
    /// <param name="leastWidth">A JPEG may be decoded to less than its size, but not below these.</param>
    /// <param name="leastHeight">See <paramref name="leastWidth"/>.</param>
    /// <exception cref="InvalidDataException">It is cut off or damaged.</exception>
    public static unsafe DecodedPicture Decode(PictureSource source, int leastWidth = int.MaxValue, int leastHeight = int.MaxValue)
    {
        SKCodec codec = source.Codec;
        SKSizeI size = Size(codec, leastWidth, leastHeight);
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        byte[] pixels = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        SKCodecResult result;
        fixed (byte* start = pixels)
            result = codec.GetPixels(info, (nint)start);
        if (result == SKCodecResult.Success)
            return new DecodedPicture(pixels, size.Width, size.Height, premultiplied: false, codec.EncodedOrigin, codec.Info.AlphaType == SKAlphaType.Opaque);
        ArrayPool<byte>.Shared.Return(pixels);
        throw PictureException.Of(
            source.Name,
            result == SKCodecResult.IncompleteInput ? $"the {codec.EncodedFormat} data end too early (a file that was cut off)" : $"the {codec.EncodedFormat} data are damaged ({result})",
            "a whole picture");
    }

    /// <summary>Takes the pixels of an image of ML.NET's, whose colours are multiplied by alpha.</summary>
    public static DecodedPicture Copy(MLImage image)
    {
        ReadOnlySpan<byte> pixels = image.Pixels;
        byte[] copy = ArrayPool<byte>.Shared.Rent(pixels.Length);
        pixels.CopyTo(copy);
        bool blueFirst = image.PixelFormat == MLPixelFormat.Bgra32;
        bool opaque = true;
        for (int i = 0; i < pixels.Length; i += 4)
        {
            if (blueFirst)
                (copy[i], copy[i + 2]) = (copy[i + 2], copy[i]);
            opaque &= copy[i + 3] == 255;
        }

        return new DecodedPicture(copy, image.Width, image.Height, premultiplied: true, SKEncodedOrigin.TopLeft, opaque);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _pixels, null) is { } pixels)
            ArrayPool<byte>.Shared.Return(pixels);
    }

    // A JPEG's decoder can skip work by eighths; twice the wanted size leaves the resampling enough to average.
    private static SKSizeI Size(SKCodec codec, int leastWidth, int leastHeight)
    {
        var full = new SKSizeI(codec.Info.Width, codec.Info.Height);
        if (codec.EncodedFormat != SKEncodedImageFormat.Jpeg || leastWidth > full.Width || leastHeight > full.Height)
            return full;
        for (int eighths = 1; eighths < 8; eighths++)
        {
            SKSizeI size = codec.GetScaledDimensions(eighths / 8f);
            if (size.Width >= leastWidth && size.Height >= leastHeight)
                return size;
        }

        return full;
    }
}
