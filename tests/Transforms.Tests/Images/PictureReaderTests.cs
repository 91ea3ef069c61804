using CsCheck;
using Microsoft.ML.Data;
using MLExtensions.Tests.Support;
using MLExtensions.Transforms.Images;
using SkiaSharp;

namespace MLExtensions.Transforms.Tests.Images;

public sealed class PictureReaderTests : IDisposable
{
    private static readonly PixelFormat TwoByTwo = new(2, 2, 3, ImageFit.Crop);

    // Planes of red, green and blue of the four-coloured picture.
    private static readonly byte[] FourPixels = [250, 30, 5, 255, 20, 240, 60, 255, 10, 40, 230, 255];

    private readonly string _folder = Directory.CreateTempSubdirectory("PictureReaderTests-").FullName;

    [Fact]
    public void A_png_gives_its_planes_of_red_green_and_blue() => Assert.Equal(FourPixels, Read(TestPictures.Png(TestPictures.Four()), TwoByTwo));

    [Fact]
    public void A_bmp_gives_the_same() => Assert.Equal(FourPixels, Read(TestPictures.Bmp(TestPictures.Four()), TwoByTwo));

    [Fact]
    public void A_gif_gives_its_picture() => Assert.Equal([250, 20, 10], Read(TestPictures.RedGif(), new PixelFormat(1, 1, 3, ImageFit.Crop)));

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Formats_that_lose_something_come_near(SKEncodedImageFormat format)
    {
        byte[] pixels = Read(TestPictures.Encode(TestPictures.Four(32), format), TwoByTwo);
        Assert.All(Read(TestPictures.Png(TestPictures.Four(32)), TwoByTwo).Zip(pixels), pair => Assert.InRange(pair.Second - pair.First, -4, 4));
    }

    [Fact]
    public void Transparent_parts_are_white()
    {
        byte[] file = TestPictures.RawPng(2, 1, 8, 6, [200, 100, 0, 0, 200, 100, 0, 128]);
        Assert.Equal([255, 227, 255, 177, 255, 127], Read(file, new PixelFormat(2, 1, 3, ImageFit.Crop)));
    }

    [Fact]
    public void Sixteen_bits_become_eight() =>
        Assert.Equal([0x12, 0xfe, 0x56, 0xdc, 0x9a, 0xba], Read(TestPictures.RawPng(2, 1, 16, 2, [0x12, 0, 0x56, 0, 0x9a, 0, 0xfe, 0, 0xdc, 0, 0xba, 0]), new PixelFormat(2, 1, 3, ImageFit.Crop)));

    [Fact]
    public void Grey_is_repeated_where_colour_is_wanted() =>
        Assert.Equal([7, 200, 7, 200, 7, 200], Read(TestPictures.RawPng(2, 1, 8, 0, [7, 200]), new PixelFormat(2, 1, 3, ImageFit.Crop)));

    [Fact]
    public void Colour_is_weighed_where_grey_is_wanted() =>
        Assert.Equal([88, 154, 63, 255], Read(TestPictures.Png(TestPictures.Four()), TwoByTwo with { Channels = 1 })); // 0.299 r + 0.587 g + 0.114 b

    // What stands where in the upright picture when the stored one is red, green; blue, white (Exif 2.3, Orientation).
    [Theory]
    [InlineData(1, "RGBW")]
    [InlineData(2, "GRWB")]
    [InlineData(3, "WBGR")]
    [InlineData(4, "BWRG")]
    [InlineData(5, "RBGW")]
    [InlineData(6, "BRWG")]
    [InlineData(7, "WGBR")]
    [InlineData(8, "GWRB")]
    public void A_photo_is_turned_upright_as_pixels_and_as_an_image(byte orientation, string expected)
    {
        string path = Write(TestPictures.Turned(TestPictures.Encode(TestPictures.Four(32), SKEncodedImageFormat.Jpeg), orientation));
        var pixels = new byte[3 * 64 * 64];
        PictureReader.ReadFile(path, new PixelFormat(64, 64, 3, ImageFit.Crop), pixels);
        Assert.Equal(expected, string.Concat(new[] { (16, 16), (48, 16), (16, 48), (48, 48) }.Select(at => Name(
            pixels[(at.Item2 * 64) + at.Item1], pixels[4096 + (at.Item2 * 64) + at.Item1], pixels[8192 + (at.Item2 * 64) + at.Item1]))));
        using MLImage image = PictureReader.ReadImage(path);
        Assert.Equal(path, image.Tag);
        Assert.Equal(expected, string.Concat(new[] { (16, 16), (48, 16), (16, 48), (48, 48) }.Select(at =>
        {
            ReadOnlySpan<byte> pixel = image.Pixels.Slice(((at.Item2 * 64) + at.Item1) * 4, 4);
            return Name(pixel[0], pixel[1], pixel[2]);
        })));
    }

    [Fact]
    public void An_upright_photo_has_its_sides_exchanged()
    {
        using MLImage image = PictureReader.ReadImage(Write(TestPictures.Turned(TestPictures.Plain(40, 20, TestPictures.Red, SKEncodedImageFormat.Jpeg), 6)));
        Assert.Equal((20, 40), (image.Width, image.Height));
    }

    [Theory]
    [InlineData(ImageFit.Crop, "GGGG")]
    [InlineData(ImageFit.Stretch, "RGGB")]
    [InlineData(ImageFit.Pad, "WRBW")]
    public void A_wide_picture_is_cropped_padded_or_stretched(ImageFit fit, string topToBottomOrLeftToRight)
    {
        // Red, green, green, blue side by side, 4 : 1.
        using var bitmap = new SKBitmap(64, 16, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        for (int x = 0; x < 64; x++)
            for (int y = 0; y < 16; y++)
                bitmap.SetPixel(x, y, x < 16 ? TestPictures.Red : x < 48 ? TestPictures.Green : TestPictures.Blue);
        byte[] p = Read(TestPictures.Png(bitmap), new PixelFormat(16, 16, 3, fit));
        (int X, int Y)[] places = fit == ImageFit.Pad ? [(8, 1), (1, 8), (14, 8), (8, 14)] : [(1, 8), (6, 8), (9, 8), (14, 8)];
        Assert.Equal(topToBottomOrLeftToRight, string.Concat(places.Select(at => Name(p[(at.Y * 16) + at.X], p[256 + (at.Y * 16) + at.X], p[512 + (at.Y * 16) + at.X]))));
    }

    [Fact]
    public void A_plain_picture_stays_plain_at_any_size() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Enum<ImageFit>().Where(fit => fit != ImageFit.Pad)).Sample((width, height, toWidth, toHeight, fit) =>
        {
            byte[] pixels = Read(TestPictures.Plain(width, height, new SKColor(90, 90, 90)), new PixelFormat(toWidth, toHeight, 1, fit));
            Assert.All(pixels, pixel => Assert.Equal(90, pixel));
        }, iter: 100);

    [Fact]
    public void Shrinking_averages()
    {
        // A chequered board of black and white becomes grey, as no picking of pixels would make it.
        byte[] board = [.. Enumerable.Range(0, 64 * 64).Select(i => ((i % 64) + (i / 64)) % 2 == 0 ? (byte)0 : (byte)255)];
        byte[] pixels = Read(TestPictures.RawPng(64, 64, 8, 0, board), new PixelFormat(8, 8, 1, ImageFit.Crop));
        Assert.All(pixels, pixel => Assert.InRange(pixel, 120, 135));
    }

    [Fact]
    public void A_jpeg_that_is_decoded_at_a_smaller_scale_comes_out_the_same()
    {
        byte[] file = TestPictures.Encode(TestPictures.Four(256), SKEncodedImageFormat.Jpeg);
        byte[] png = TestPictures.Png(TestPictures.Four(256));
        var format = new PixelFormat(16, 16, 3, ImageFit.Crop);
        Assert.All(Read(file, format).Zip(Read(png, format)), pair => Assert.InRange(pair.First - pair.Second, -12, 12));
    }

    [Theory]
    [InlineData("empty", "it has 0 bytes; expected a JPEG, PNG, BMP, WebP or GIF file")]
    [InlineData("text", "begin with the text \"This is no p\"; expected the whole of a JPEG")]
    [InlineData("noise", "begin with 00010203")]
    [InlineData("cut png", "the Png data end too early (a file that was cut off); expected a whole picture")]
    [InlineData("cut jpeg", "the Jpeg data end too early")]
    [InlineData("huge", "it has 60000 x 60000 pixels; expected at most 100,000,000")]
    [InlineData("damaged", "the Png data")]
    public void A_file_that_is_no_whole_picture_is_named_with_what_was_found_and_expected(string what, string words)
    {
        byte[] png = TestPictures.Png(TestPictures.Four(32)), jpeg = TestPictures.Encode(TestPictures.Four(32), SKEncodedImageFormat.Jpeg);
        byte[] damaged = TestPictures.RawPng(64, 64, 8, 0, [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * i * 2654435761 >> 13))]);
        damaged.AsSpan(60, 200).Fill(0xee);
        string path = Write(what switch
        {
            "empty" => [],
            "text" => "This is no picture."u8.ToArray(),
            "noise" => [.. Enumerable.Range(0, 100).Select(i => (byte)i)],
            "cut png" => png[..(png.Length / 2)],
            "cut jpeg" => jpeg[..(jpeg.Length - 20)],
            "huge" => TestPictures.RawPng(60_000, 60_000, 8, 2, null),
            _ => damaged,
        });
        string message = Assert.Throws<InvalidDataException>(() => PictureReader.ReadFile(path, TwoByTwo, new byte[12])).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => PictureReader.CheckWhole(path));
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("'nowhere.png'", Assert.Throws<FileNotFoundException>(() => PictureReader.ReadFile("nowhere.png", TwoByTwo, new byte[12])).Message, StringComparison.Ordinal);

    [Fact]
    public void Changed_bytes_never_do_more_than_make_a_picture_unreadable()
    {
        byte[][] files =
        [
            TestPictures.Png(TestPictures.Four(8)), TestPictures.Encode(TestPictures.Four(8), SKEncodedImageFormat.Jpeg), TestPictures.Encode(TestPictures.Four(8), SKEncodedImageFormat.Webp),
            TestPictures.Bmp(TestPictures.Four(8)), TestPictures.RedGif(),
        ];
        Gen.Select(Gen.Int[0, files.Length - 1], Gen.Int[0, 100_000], Gen.Byte, Gen.Int[0, 100_000]).Sample((which, at, value, cut) =>
        {
            byte[] file = files[which][..];
            file[at % file.Length] = value;
            try
            {
                Read(value % 3 == 0 ? file[..(cut % file.Length)] : file, TwoByTwo);
            }
            catch (InvalidDataException)
            {
                // The way out that callers know.
            }
        }, iter: 500);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Read(byte[] file, PixelFormat format)
    {
        var target = new byte[format.Length];
        PictureReader.ReadBytes("test", file, format, target);
        return target;
    }

    private static char Name(byte red, byte green, byte blue) => (red > 128, green > 128, blue > 128) switch
    {
        (true, false, false) => 'R',
        (false, true, false) => 'G',
        (false, false, true) => 'B',
        (true, true, true) => 'W',
        _ => '?',
    };

    private string Write(byte[] bytes)
    {
        string path = Path.Combine(_folder, Path.GetRandomFileName() + ".jpg");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
