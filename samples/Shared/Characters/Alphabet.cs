using System.Globalization;
using System.Numerics;

namespace MLExtensions.Samples.Shared.Characters;

/// <summary>The strokes of each character, in a box from (0, 0), top left, to (1, 1), bottom right.</summary>
/// <remarks>
/// The notation: <c>|</c> separates strokes, a blank separates points, a point is <c>x,y</c> in hundredths, and
/// <c>(cx,cy,rx,ry,from,sweep)</c> is an arc with its angles in degrees, 0 to the right and positive clockwise.
/// </remarks>
public static class Alphabet
{
    /// <summary>The ten digits.</summary>
    public static IReadOnlyList<string> Digits { get; } = [.. "0123456789".Select(c => c.ToString())];

    /// <summary>The capital letters A to Z.</summary>
    public static IReadOnlyList<string> Letters { get; } = [.. "ABCDEFGHIJKLMNOPQRSTUVWXYZ".Select(c => c.ToString())];

    /// <summary>Digits, then letters.</summary>
    public static IReadOnlyList<string> DigitsAndLetters { get; } = [.. Digits, .. Letters];

    private const int DegreesPerPoint = 20;

    private static readonly Dictionary<string, Vector2[][]> Parsed = new(StringComparer.Ordinal)
    {
        ["0"] = Parse("(50,50,36,50,-90,360)|30,75 70,25"),
        ["1"] = Parse("25,25 55,0 55,100"),
        ["2"] = Parse("(50,28,36,28,-170,190) 75,50 14,100 88,100"),
        ["3"] = Parse("(46,26,34,26,-150,240)|(46,74,38,26,-90,240)"),
        ["4"] = Parse("70,100 70,0 10,68 92,68"),
        ["5"] = Parse("82,0 22,0 18,45|(48,68,36,32,-150,280)"),
        ["6"] = Parse("72,2 40,22 18,52 14,70|(50,70,36,30,180,360)"),
        ["7"] = Parse("12,0 88,0 40,100|30,50 75,50"),
        ["8"] = Parse("(50,25,30,25,90,360)|(50,75,37,25,-90,360)"),
        ["9"] = Parse("(50,30,36,30,0,-360) 86,30 80,62 62,100"),
        ["A"] = Parse("8,100 50,0 92,100|24,64 76,64"),
        ["B"] = Parse("16,100 16,0 50,0 (50,24,32,24,-90,180) 16,48|50,48 (50,74,36,26,-90,180) 16,100"),
        ["C"] = Parse("(54,50,42,50,-45,-270)"),
        ["D"] = Parse("16,0 16,100 40,100 (40,50,48,50,90,-180) 16,0"),
        ["E"] = Parse("86,0 16,0 16,100 86,100|16,48 72,48"),
        ["F"] = Parse("86,0 16,0 16,100|16,48 72,48"),
        ["G"] = Parse("(54,50,42,50,-45,-290) 92,54 60,54"),
        ["H"] = Parse("14,0 14,100|86,0 86,100|14,50 86,50"),
        ["I"] = Parse("50,0 50,100|25,0 75,0|25,100 75,100"),
        ["J"] = Parse("40,0 86,0|66,0 66,70 (40,70,26,30,0,170)"),
        ["K"] = Parse("16,0 16,100|84,0 18,56|40,42 88,100"),
        ["L"] = Parse("18,0 18,100 86,100"),
        ["M"] = Parse("8,100 14,0 50,62 86,0 92,100"),
        ["N"] = Parse("14,100 14,0 86,100 86,0"),
        ["O"] = Parse("(50,50,44,50,-90,360)"),
        ["P"] = Parse("16,100 16,0 50,0 (50,27,36,27,-90,180) 16,54"),
        ["Q"] = Parse("(50,48,44,48,-90,360)|58,68 96,104"),
        ["R"] = Parse("16,100 16,0 50,0 (50,27,36,27,-90,180) 16,54|46,54 90,100"),
        ["S"] = Parse("(52,26,36,26,-30,-225) (48,75,38,25,-75,225)"),
        ["T"] = Parse("8,0 92,0|50,0 50,100"),
        ["U"] = Parse("14,0 14,62 (50,62,36,38,180,-180) 86,0"),
        ["V"] = Parse("8,0 50,100 92,0"),
        ["W"] = Parse("4,0 26,100 50,30 74,100 96,0"),
        ["X"] = Parse("12,0 88,100|88,0 12,100"),
        ["Y"] = Parse("10,0 50,50 90,0|50,50 50,100"),
        ["Z"] = Parse("12,0 88,0 12,100 88,100"),
    };

    // As many people write them: without what tells them from an O and an I.
    private static readonly Dictionary<string, Vector2[][]> Plain = new(StringComparer.Ordinal)
    {
        ["0"] = Parse("(50,50,36,50,-90,360)"),
        ["1"] = Parse("50,0 50,100"),
    };

    internal static Vector2[][] Strokes(string label, bool plainDigits = false) =>
        plainDigits && Plain.TryGetValue(label, out var plain) ? plain
            : Parsed.TryGetValue(label, out var strokes) ? strokes
            : throw new ArgumentException($"There are no strokes for '{label}'; there are some for {string.Join(' ', DigitsAndLetters)}.", nameof(label));

    private static Vector2[][] Parse(string notation) => [.. notation.Split('|').Select(ParseStroke)];

    private static Vector2[] ParseStroke(string stroke) => [.. stroke.Split(' ').SelectMany(ParsePart)];

    private static IEnumerable<Vector2> ParsePart(string part)
    {
        float[] n = [.. part.Trim('(', ')').Split(',').Select(x => float.Parse(x, CultureInfo.InvariantCulture))];
        return n.Length == 2 ? [new Vector2(n[0], n[1]) / 100] : Arc(new Vector2(n[0], n[1]) / 100, new Vector2(n[2], n[3]) / 100, n[4], n[5]);
    }

    private static IEnumerable<Vector2> Arc(Vector2 center, Vector2 radius, float from, float sweep)
    {
        int pieces = Math.Max(2, (int)MathF.Ceiling(MathF.Abs(sweep) / DegreesPerPoint));
        for (int i = 0; i <= pieces; i++)
        {
            var (sin, cos) = MathF.SinCos((from + sweep * i / pieces) * MathF.PI / 180);
            yield return center + radius * new Vector2(cos, sin);
        }
    }
}
