using System.Buffers.Binary;
using System.IO.Compression;
using MLExtensions.Samples.Shared;
using MLExtensions.Samples.Shared.Idx;

namespace MLExtensions.Samples.Tests;

public sealed class IdxTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Pictures_and_labels_are_read_plain_and_packed()
    {
        _folder.Write("train-images-idx3-ubyte", Images(2));
        _folder.Write("train-labels-idx1-ubyte.gz", Packed(Labels(2)));
        _folder.Write("t10k-images-idx3-ubyte.gz", Packed(Images(1)));
        _folder.Write("t10k-labels-idx1-ubyte", Labels(1));
        var (train, test) = IdxFolder.Read(_folder.Path);
        Assert.Equal(["0", "1"], train.Select(r => r.Label));
        Assert.Equal(1f, train[1].Pixels[783]);
        Assert.Equal(0f, train[1].Pixels[0]);
        Assert.Single(test);
    }

    [Fact]
    public void A_missing_folder_and_a_missing_file_are_named()
    {
        Assert.Contains("no folder '/not/here'", Error(() => IdxFolder.Read("/not/here")), StringComparison.Ordinal);
        Assert.Contains("'train-images-idx3-ubyte'", Error(() => IdxFolder.Read(_folder.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void Swapped_files_are_recognised_by_their_magic_number()
    {
        string path = _folder.Write("x", Labels(3));
        string message = Error(() => IdxReader.ReadImages(path));
        Assert.Contains("2049 (that of labels)", message, StringComparison.Ordinal);
        Assert.Contains("2051", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_file_says_where_it_ends()
    {
        string path = _folder.Write("x", Images(3)[..^1]);
        Assert.Contains("announces 3 pictures of 28 x 28 bytes, but it ends in picture 3", Error(() => IdxReader.ReadImages(path)), StringComparison.Ordinal);
        Assert.Contains("ends within its header", Error(() => IdxReader.ReadLabels(_folder.Write("y", Labels(3)[..5]))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_lies_costs_no_memory()
    {
        byte[] bytes = Labels(1);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), int.MaxValue);
        string path = _folder.Write("x", bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Error(() => IdxReader.ReadLabels(path));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10_000_000);
    }

    [Fact]
    public void Surplus_bytes_and_broken_packing_are_errors()
    {
        Assert.Contains("goes on after", Error(() => IdxReader.ReadLabels(_folder.Write("x", [.. Labels(2), 9]))), StringComparison.Ordinal);
        Assert.Contains("Cannot read", Error(() => IdxReader.ReadLabels(_folder.Write("x.gz", Labels(2)))), StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_of_pictures_and_labels_must_match()
    {
        _folder.Write("train-images-idx3-ubyte", Images(2));
        _folder.Write("train-labels-idx1-ubyte", Labels(3));
        string message = Error(() => IdxFolder.Read(_folder.Path));
        Assert.Contains("2 pictures", message, StringComparison.Ordinal);
        Assert.Contains("3 labels", message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string Error(Action action) => Assert.Throws<SampleInputException>(action).Message;

    private static byte[] Images(int count)
    {
        var bytes = new byte[16 + count * 784];
        int[] header = [2051, count, 28, 28];
        for (int i = 0; i < header.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), header[i]);
        bytes[^1] = 255;
        return bytes;
    }

    private static byte[] Labels(int count)
    {
        var bytes = new byte[8 + count];
        BinaryPrimitives.WriteInt32BigEndian(bytes, 2049);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), count);
        for (int i = 0; i < count; i++)
            bytes[8 + i] = (byte)i;
        return bytes;
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }
}
