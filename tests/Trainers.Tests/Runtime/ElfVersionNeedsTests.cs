using MLExtensions.Trainers.Runtime;

namespace MLExtensions.Trainers.Tests.Runtime;

public sealed class ElfVersionNeedsTests
{
    private const int Table = 64, Needs = 256, Strings = 320;

    [Fact]
    public void The_named_need_becomes_weak_and_nothing_else_changes()
    {
        byte[] image = Image();
        byte[] expected = Image();
        expected[Needs + 32 + 4] |= 2;

        Assert.True(ElfVersionNeeds.TryMakeWeak(image, "GLIBCXX_3.4.32"));
        Assert.Equal(expected, image);
    }

    [Theory]
    [InlineData("GLIBCXX_3.4.3")]
    [InlineData("GLIBCXX_3.4.321")]
    [InlineData("GLIBC_2.14")]
    public void A_need_that_is_not_there_gives_false(string version)
    {
        byte[] image = Image();

        Assert.False(ElfVersionNeeds.TryMakeWeak(image, version));
        Assert.Equal(Image(), image);
    }

    [Fact]
    public void No_truncated_image_throws()
    {
        byte[] image = Image();
        for (int length = 0; length < Strings + 16; length++)
            Assert.False(ElfVersionNeeds.TryMakeWeak(image.AsSpan(0, length).ToArray(), "GLIBCXX_3.4.32"));
    }

    [Fact]
    public void No_altered_image_throws()
    {
        var random = new Random(1);
        for (int trial = 0; trial < 20_000; trial++)
        {
            byte[] image = Image();
            for (int change = random.Next(1, 8); change > 0; change--)
                image[random.Next(6, image.Length)] = (byte)random.Next(256);
            ElfVersionNeeds.TryMakeWeak(image, "GLIBCXX_3.4.32");
        }
    }

    [Fact]
    public void A_list_of_needs_without_end_gives_false()
    {
        byte[] image = Image();
        Write(image, Needs, 0xffff0001u);
        Write(image, Needs + 32 + 12, 0); // the chain ends early although the count says 65535: that is sound
        Assert.True(ElfVersionNeeds.TryMakeWeak(image, "GLIBCXX_3.4.32"));
        Write(image, Needs + 32 + 12, 0xffff_fff0u);
        Assert.False(ElfVersionNeeds.TryMakeWeak(image, "GLIBCXX_3.4.32"));
    }

    /// <summary>The smallest image with two needs: a header, three section headers (null, strings, needs), the needs and their names.</summary>
    private static byte[] Image()
    {
        byte[] image = new byte[384];
        "\u007fELF\u0002\u0001"u8.CopyTo(image);
        Write(image, 40, Table);
        Write(image, 58, 64 | (3 << 16));
        Write(image, Table + 64 + 24, Strings);
        Write(image, Table + 128 + 4, 0x6ffffffe);
        Write(image, Table + 128 + 24, Needs);
        Write(image, Table + 128 + 40, 1);
        Write(image, Needs, 1 | (2 << 16));
        Write(image, Needs + 8, 16);
        Write(image, Needs + 16 + 8, 1);
        Write(image, Needs + 16 + 12, 16);
        Write(image, Needs + 32 + 8, 12);
        "\0GLIBC_2.2\0\0GLIBCXX_3.4.32\0"u8.CopyTo(image.AsSpan(Strings));
        return image;
    }

    private static void Write(byte[] image, int offset, uint value) => BitConverter.TryWriteBytes(image.AsSpan(offset), value);
}
