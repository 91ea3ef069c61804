using MLExtensions.Transforms.ModelFile;

namespace MLExtensions.Transforms.Tests.ModelFile;

public sealed class FileFrameTests
{
    private static ReadOnlySpan<byte> Magic => "MLXTEST\n"u8;

    [Fact]
    public void A_json_part_that_could_not_be_read_back_is_refused_before_anything_is_written()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);

        var error = Assert.Throws<InvalidOperationException>(() => FileFrame.Write(writer, Magic, 1, new byte[FileFrame.LongestJson + 1], [1f]));

        Assert.Equal(0, stream.Length);
        Assert.Contains("268435457 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("at most 268435456", error.Message, StringComparison.Ordinal);
        Assert.Contains("fewer or shorter key values", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_and_numbers_come_back()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        FileFrame.Write(writer, Magic, 1, "{}"u8.ToArray(), [1.5f], [], [-2, float.NaN]);
        stream.Position = 0;

        (byte[] json, ChecksumReader numbers) = FileFrame.Read(stream, Magic, 1);

        Assert.Equal("{}"u8.ToArray(), json);
        Assert.Equal([1.5f, -2, float.NaN], numbers.ReadNumbers(3));
        Assert.Equal(0, numbers.Left);
    }
}
