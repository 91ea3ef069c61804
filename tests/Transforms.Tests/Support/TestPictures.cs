using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

namespace MLExtensions.Tests.Support;

/// <summary>Makes picture files for tests.</summary>
internal static class TestPictures
{
    public static readonly SKColor Red = new(250, 20, 10), Green = new(30, 240, 40), Blue = new(5, 60, 230), White = new(255, 255, 255);

    /// <summary>Two by two pixels: red, green; blue, white.</summary>
    public static SKBitmap Four(int scale = 1)
    {
        var bitmap = new SKBitmap(2 * scale, 2 * scale, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        for (int y = 0; y < 2 * scale; y++)
            for (int x = 0; x < 2 * scale; x++)
                bitmap.SetPixel(x, y, (y / scale, x / scale) switch { (0, 0) => Red, (0, 1) => Green, (1, 0) => Blue, _ => White });
        return bitmap;
    }

    public static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format, int quality = 100)
    {
        using SKData data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    public static byte[] Png(SKBitmap bitmap) => Encode(bitmap, SKEncodedImageFormat.Png);

    /// <summary>A picture of one colour.</summary>
    public static byte[] Plain(int width, int height, SKColor color, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        bitmap.Erase(color);
        return Encode(bitmap, format);
    }

    /// <summary>A PNG from its raw lines, without filters.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="depth">Bits of a sample.</param>
    /// <param name="kind">0 grey, 2 colour, 4 grey with alpha, 6 colour with alpha.</param>
    /// <param name="samples">All lines; null for none.</param>
    public static byte[] RawPng(int width, int height, byte depth, byte kind, byte[]? samples)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = depth;
        header[9] = kind;
        Chunk(file, "IHDR"u8, header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            for (int y = 0; samples is not null && y < height; y++)
            {
                int line = samples.Length / height;
                zlib.WriteByte(0);
                zlib.Write(samples, y * line, line);
            }

        Chunk(file, "IDAT"u8, packed.ToArray());
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>A BMP of 24 bits a pixel.</summary>
    public static byte[] Bmp(SKBitmap bitmap)
    {
        int line = ((bitmap.Width * 3) + 3) / 4 * 4;
        var file = new byte[54 + (line * bitmap.Height)];
        file[0] = (byte)'B';
        file[1] = (byte)'M';
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        file[10] = 54;
        file[14] = 40;
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), bitmap.Width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), bitmap.Height);
        file[26] = 1;
        file[28] = 24;
        for (int y = 0; y < bitmap.Height; y++)
            for (int x = 0; x < bitmap.Width; x++)
            {
                SKColor color = bitmap.GetPixel(x, bitmap.Height - 1 - y);
                int at = 54 + (y * line) + (x * 3);
                (file[at], file[at + 1], file[at + 2]) = (color.Blue, color.Green, color.Red);
            }

        return file;
    }

    /// <summary>A GIF of one red pixel.</summary>
    public static byte[] RedGif() => Convert.FromHexString("47494638396101000100800000fa140a0000002c00000000010001000002024401003b");

    /// <summary>Writes an Exif orientation into a JPEG.</summary>
    public static byte[] Turned(byte[] jpeg, byte orientation) =>
    [
        .. jpeg[..2],
        0xff, 0xe1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        .. jpeg[2..],
    ];

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] body = [.. type, .. data];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xffffffff;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
        }

        return ~crc;
    }
}
