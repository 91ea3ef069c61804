using System.Text;
using MLExtensions.Samples.Shared;
using MLExtensions.Samples.Shared.Npy;

namespace MLExtensions.Samples.Tests;

public sealed class NpyReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Matrices_of_both_precisions_are_read(byte version)
    {
        float[] values = [1.5f, -2, 3, 4, 5, 0.1f];
        NpyMatrix single = NpyReader.Read(Write("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", Bytes(values), version));
        Assert.Equal((2, 3), (single.Rows, single.Columns));
        Assert.Equal([1.5, -2, 3, 4, 5, 0.1f], single.Values);
        NpyMatrix wide = NpyReader.Read(Write("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", Bytes([0.1, 0.2, double.MaxValue]), version));
        Assert.Equal((3, 1), (wide.Rows, wide.Columns));
        Assert.Equal([0.1, 0.2, double.MaxValue], wide.Values);
    }

    [Theory]
    [InlineData("type '<i4'", "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 1), }")]
    [InlineData("type '>f4'", "{'descr': '>f4', 'fortran_order': False, 'shape': (1, 1), }")]
    [InlineData("'descr'", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 1), }")]
    [InlineData("Fortran order", "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }")]
    [InlineData("'fortran_order'", "{'descr': '<f4', 'shape': (1, 1), }")]
    [InlineData("shape (1, 1, 1)", "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1), }")]
    [InlineData("shape ()", "{'descr': '<f4', 'fortran_order': False, 'shape': (), }")]
    [InlineData("shape (0, 4)", "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4), }")]
    [InlineData("shape (-1, 4)", "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4), }")]
    [InlineData("more values than fit", "{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000, 2000000000), }")]
    [InlineData("announces 2 values", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }")]
    [InlineData("instead of 4000000000", "{'descr': '<f4', 'fortran_order': False, 'shape': (1000, 1000000), }")]
    public void Other_files_are_one_message(string expected, string header) =>
        Assert.Contains(expected, Assert.Throws<SampleInputException>(() => NpyReader.Read(Write(header, Bytes([1f]), 1))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_cut_anywhere_is_one_message()
    {
        byte[] bytes = File.ReadAllBytes(Write("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", Bytes(new float[6]), 1));
        for (int length = 0; length < bytes.Length; length++)
        {
            string path = _folder.Write("cut.npy", bytes[..length]);
            Assert.Throws<SampleInputException>(() => NpyReader.Read(path));
        }

        string longer = _folder.Write("long.npy", [.. bytes, 0]);
        Assert.Throws<SampleInputException>(() => NpyReader.Read(longer));
    }

    [Fact]
    public void Other_formats_and_missing_files_are_one_message()
    {
        Assert.Contains("format 4.0", Assert.Throws<SampleInputException>(() => NpyReader.Read(Write("{}", [], 4))).Message, StringComparison.Ordinal);
        Assert.Contains("is no .npy file", Assert.Throws<SampleInputException>(() => NpyReader.Read(_folder.Write("x.npy", "hello, world"))).Message, StringComparison.Ordinal);
        Assert.Contains("Cannot read", Assert.Throws<SampleInputException>(() => NpyReader.Read("not-here.npy")).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    internal static byte[] Compose(string header, byte[] values, byte version)
    {
        byte[] text = Encoding.ASCII.GetBytes(header + "\n");
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes(text.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. values];
    }

    internal static byte[] Bytes<T>(T[] values)
        where T : struct => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private string Write(string header, byte[] values, byte version) => _folder.Write("a.npy", Compose(header, values, version));
}
