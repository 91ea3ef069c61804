using Microsoft.ML.Data;
using SkiaSharp;

namespace MLExtensions.Transforms.Images;

/// <summary>Turns decoded pixels into an image of ML.NET's.</summary>
internal static class UprightImage
{
    public static MLImage Of(DecodedPicture picture, string path)
    {
        Multiply(picture.Pixels);
        SKEncodedOrigin origin = picture.Origin;
        (int width, int height) = origin >= SKEncodedOrigin.LeftTop ? (picture.Height, picture.Width) : (picture.Width, picture.Height);
        MLImage image;
        if (origin is SKEncodedOrigin.TopLeft or 0)
        {
            image = MLImage.CreateFromPixels(width, height, MLPixelFormat.Rgba32, picture.Pixels);
        }
        else
        {
            var upright = new byte[width * height * 4];
            for (int y = 0; y < picture.Height; y++)
                for (int x = 0; x < picture.Width; x++)
                {
                    (int column, int row) = PixelWriter.Upright(origin, x, y, picture.Width, picture.Height);
                    picture.Pixels.Slice(((y * picture.Width) + x) * 4, 4).CopyTo(upright.AsSpan(((row * width) + column) * 4));
                }

            image = MLImage.CreateFromPixels(width, height, MLPixelFormat.Rgba32, upright);
        }

        image.Tag = path;
        return image;
    }

    private static void Multiply(Span<byte> pixels)
    {
        for (int i = 0; i < pixels.Length; i += 4)
        {
            int alpha = pixels[i + 3];
            if (alpha == 255)
                continue;
            for (int j = i; j < i + 3; j++)
                pixels[j] = (byte)(((pixels[j] * alpha) + 127) / 255);
        }
    }
}
