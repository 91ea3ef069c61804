using System.Buffers.Binary;
using System.IO.Compression;

namespace MLExtensions.Benchmarks;

/// <summary>Reads MNIST-style IDX files (gzip).</summary>
internal static class IdxFiles
{
    /// <summary>Pixels in 0..1 and classes.</summary>
    public static (float[] Pixels, float[] Labels) Read(string folder, string part)
    {
        byte[] images = Unpack(Path.Combine(folder, $"{part}-images-idx3-ubyte.gz"));
        byte[] labels = Unpack(Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz"));
        int rows = BinaryPrimitives.ReadInt32BigEndian(images.AsSpan(4));
        var pixels = new float[rows * 784];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = images[16 + i] / 255f;
        return (pixels, Array.ConvertAll(labels[8..], label => (float)label));
    }

    private static byte[] Unpack(string path)
    {
        using var zip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        zip.CopyTo(memory);
        return memory.ToArray();
    }
}
