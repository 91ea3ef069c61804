using System.Numerics;
using MLExtensions.Samples.Shared.Characters;
using SkiaSharp;

namespace MLExtensions.Samples.Shared.Pictures;

/// <summary>Many small pictures with captions in one PNG file. The captions are drawn from strokes, so that no font is needed: capitals and digits.</summary>
public static class ContactSheet
{
    private const int PerRow = 6;
    private const int Side = 128;
    private const int Gap = 12;
    private const int LineHeight = 16;
    private const float LetterHeight = 9;
    private const float LetterWidth = 6.5f;
    private const float LetterStep = 8.5f;

    /// <summary>A picture of the sheet.</summary>
    /// <param name="Path">Its file.</param>
    /// <param name="Caption">Lines below it.</param>
    public sealed record Picture(string Path, IReadOnlyList<string> Caption);

    /// <summary>Writes the sheet.</summary>
    /// <param name="path">The PNG file.</param>
    /// <param name="pictures">At least one.</param>
    public static void Write(string path, IReadOnlyList<Picture> pictures)
    {
        int lines = pictures.Max(picture => picture.Caption.Count);
        int cellHeight = Side + (lines * LineHeight) + Gap, rows = (pictures.Count + PerRow - 1) / PerRow;
        using var sheet = new SKBitmap(Gap + (Math.Min(PerRow, pictures.Count) * (Side + Gap)), Gap + (rows * cellHeight));
        using var canvas = new SKCanvas(sheet);
        canvas.Clear(SKColors.White);
        for (int i = 0; i < pictures.Count; i++)
        {
            float left = Gap + (i % PerRow * (Side + Gap)), top = Gap + (i / PerRow * cellHeight);
            using var bitmap = SKBitmap.Decode(pictures[i].Path);
            if (bitmap is not null)
                DrawPicture(canvas, bitmap, left, top);
            for (int line = 0; line < pictures[i].Caption.Count; line++)
                DrawText(canvas, pictures[i].Caption[line], left, top + Side + (line * LineHeight) + 4);
        }

        canvas.Flush();
        using var data = sheet.Encode(SKEncodedImageFormat.Png, 100);
        using var file = File.Create(path);
        data.SaveTo(file);
    }

    private static void DrawPicture(SKCanvas canvas, SKBitmap bitmap, float left, float top)
    {
        float scale = (float)Side / Math.Max(bitmap.Width, bitmap.Height);
        float width = bitmap.Width * scale, height = bitmap.Height * scale;
        canvas.DrawBitmap(bitmap, SKRect.Create(left + ((Side - width) / 2), top + ((Side - height) / 2), width, height));
    }

    private static void DrawText(SKCanvas canvas, string text, float left, float top)
    {
        using var pen = new SKPaint { Color = SKColors.Black, IsAntialias = true, IsStroke = true, StrokeWidth = 1.2f, StrokeCap = SKStrokeCap.Round };
        foreach (char letter in text.ToUpperInvariant().Take((int)(Side / LetterStep)))
        {
            string name = letter.ToString();
            if (Alphabet.DigitsAndLetters.Contains(name))
                foreach (Vector2[] stroke in Alphabet.Strokes(name))
                    for (int i = 1; i < stroke.Length; i++)
                        canvas.DrawLine(Place(stroke[i - 1]), Place(stroke[i]), pen);
            else if (letter == '%')
                DrawPercent(canvas, left, top, pen);
            else if (letter is '-' or '_')
                canvas.DrawLine(left, top + (LetterHeight / 2), left + LetterWidth, top + (LetterHeight / 2), pen);
            left += LetterStep;
        }

        SKPoint Place(Vector2 point) => new(left + (point.X * LetterWidth), top + (point.Y * LetterHeight));
    }

    private static void DrawPercent(SKCanvas canvas, float left, float top, SKPaint pen)
    {
        const float Radius = 1.4f;
        canvas.DrawLine(left, top + LetterHeight, left + LetterWidth, top, pen);
        canvas.DrawCircle(left + Radius, top + Radius, Radius, pen);
        canvas.DrawCircle(left + LetterWidth - Radius, top + LetterHeight - Radius, Radius, pen);
    }
}
