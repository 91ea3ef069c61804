using MLExtensions.Samples.Shared.Characters;

namespace MLExtensions.Samples.Tests;

public sealed class CharacterGeneratorTests
{
    [Fact]
    public void The_same_seed_gives_the_same_pictures_and_another_seed_others()
    {
        var first = CharacterGenerator.Draw(Alphabet.Digits, 50, seed: 7);
        var again = CharacterGenerator.Draw(Alphabet.Digits, 50, seed: 7);
        var other = CharacterGenerator.Draw(Alphabet.Digits, 50, seed: 8);
        for (int i = 0; i < first.Count; i++)
        {
            Assert.Equal(first[i].Label, again[i].Label);
            Assert.Equal(first[i].Pixels, again[i].Pixels);
            Assert.NotEqual(first[i].Pixels, other[i].Pixels);
        }
    }

    [Fact]
    public void A_picture_does_not_depend_on_how_many_are_drawn()
    {
        var few = CharacterGenerator.Draw(Alphabet.DigitsAndLetters, 10, seed: 3);
        var many = CharacterGenerator.Draw(Alphabet.DigitsAndLetters, 100, seed: 3);
        for (int i = 0; i < few.Count; i++)
        {
            Assert.Equal(few[i].Label, many[i].Label);
            Assert.Equal(few[i].Pixels, many[i].Pixels);
        }
    }

    [Fact]
    public void Pixels_lie_in_0_to_1_with_ink_in_every_picture()
    {
        foreach (var row in CharacterGenerator.Draw(Alphabet.DigitsAndLetters, 720, seed: 1))
        {
            Assert.Equal(CharacterRow.PixelCount, row.Pixels.Length);
            Assert.All(row.Pixels, p => Assert.InRange(p, 0, 1));
            Assert.InRange(row.Pixels.Count(p => p > 0.5f), 15, 400);
        }
    }

    [Fact]
    public void All_classes_are_drawn_equally_often_and_not_in_order()
    {
        var rows = CharacterGenerator.Draw(Alphabet.DigitsAndLetters, 360, seed: 1);
        Assert.All(rows.CountBy(r => r.Label), count => Assert.Equal(10, count.Value));
        Assert.Equal(36, rows.Select(r => r.Label).Distinct().Count());
        Assert.NotEqual(Alphabet.DigitsAndLetters, rows.Take(36).Select(r => r.Label));
    }

    [Fact]
    public void Without_variation_the_same_character_is_always_the_same_picture()
    {
        var still = new CharacterStyle
        {
            MaxSlant = 0,
            MinThickness = 2,
            MaxThickness = 2,
            MinScale = 1,
            MaxScale = 1,
            MaxShift = 0,
            MaxRotation = 0,
            Jitter = 0,
            Noise = 0,
        };
        var rows = CharacterGenerator.Draw(["1"], 2, seed: 1, still);
        Assert.Equal(rows[0].Pixels, rows[1].Pixels);
        // The stem of the 1 stands at 0.55 of a box of 20 pixels about (13.5, 13.5): in columns 14 and 15 of every row that the stem crosses.
        Assert.All(Enumerable.Range(8, 12), y => Assert.True(rows[0].Pixels[y * CharacterRow.Side + 14] > 0.9f));
        Assert.Equal(0, rows[0].Pixels[0]);
    }

    [Fact]
    public void Styles_differ()
    {
        float Ink(CharacterStyle style) => CharacterGenerator.Draw(Alphabet.Letters, 260, 1, style with { Noise = 0 }).Sum(r => r.Pixels.Sum());
        Assert.True(Ink(CharacterStyle.Brush) > 1.3f * Ink(CharacterStyle.Print));
    }

    [Fact]
    public void A_label_without_strokes_is_named()
    {
        var error = Assert.Throws<ArgumentException>(() => CharacterGenerator.Draw(["0", "ß"], 2, 1));
        Assert.Contains("'ß'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plain_zero_has_no_stroke_through_its_middle()
    {
        static float Middle(bool plain) => CharacterGenerator.Draw(["0"], 20, seed: 3, CharacterStyle.Print with { PlainDigits = plain }).Average(row => row.Pixels[14 * CharacterRow.Side + 14]);

        Assert.True(Middle(plain: false) > 0.5f);
        Assert.True(Middle(plain: true) < 0.1f);
    }
}
