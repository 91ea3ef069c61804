using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using CsCheck;
using MLExtensions.Trainers.WeightFiles;

namespace MLExtensions.Trainers.Tests.WeightFiles;

public sealed class WeightFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("WeightFileTests-").FullName;

    [Fact]
    public void The_hand_made_file_gives_its_values_bit_by_bit()
    {
        string golden = Golden();
        using WeightFile file = WeightFile.Open(Path.Combine(golden, "good_tiny.safetensors"));
        Assert.Equal("hand-made test file", file.Header.Metadata["note"]);
        foreach (IGrouping<string, string[]> tensor in File.ReadLines(Path.Combine(golden, "good_tiny.csv")).Skip(1).Select(line => line.Split(',')).GroupBy(cells => cells[0]))
        {
            WeightEntry entry = file.Header.Entries.Single(entry => entry.Name == tensor.Key);
            Assert.Equal(tensor.First()[1], WeightTypes.NameOf(entry.Type));
            Assert.Equal(tensor.First()[2], string.Join('x', entry.Shape));
            if (!WeightTypes.IsReadable(entry.Type))
            {
                Assert.Contains("I64; expected F32, F16, BF16 or F64", Assert.Throws<InvalidDataException>(() => file.Read(entry, new float[1])).Message, StringComparison.Ordinal);
                continue;
            }

            var values = new float[entry.Count];
            file.Read(entry, values);
            foreach (string[] cells in tensor)
                Assert.Equal((float)double.Parse(cells[4], CultureInfo.InvariantCulture), values[int.Parse(cells[3], CultureInfo.InvariantCulture)]);
            if (entry.Type == WeightType.F32)
                Assert.All(tensor, cells => Assert.Equal(cells[5], BitConverter.SingleToUInt32Bits(values[int.Parse(cells[3], CultureInfo.InvariantCulture)]).ToString("x8", CultureInfo.InvariantCulture)));
        }
    }

    [Theory]
    [InlineData("bad_header_length_larger_than_file", "the header has 1099511627776 bytes, but only")]
    [InlineData("bad_invalid_json", "not valid JSON")]
    [InlineData("bad_offset_past_end", "'b.f16' ends at byte 48 of the data; expected at most 40")]
    [InlineData("bad_overlapping_offsets", "'b.f16' begins at byte 28 of the data, before the end of 'a.f32' at 32")]
    [InlineData("bad_truncated_header", "but only")]
    [InlineData("bad_unknown_dtype", "'a.f32' has the type 'F33'; expected one of BOOL, U8")]
    public void A_malformed_file_is_refused_with_what_was_found_and_what_was_expected(string name, string words)
    {
        string path = Path.Combine(Golden(), name + ".safetensors");
        string message = Assert.Throws<InvalidDataException>(() => WeightFile.Open(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.Contains("expected", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", 4, "stands twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "expected a piece of 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,4]}}""", 4, "expected a piece of")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "expected a piece of")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "whole number of at least 0 in shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "whole number of at least 0 in shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "lies at 4 to 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "after a gap behind the end of the header at 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "end at byte 4 of 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "more than 16 numbers in shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "lacks one of dtype, shape and data_offsets")]
    [InlineData("""{"a":{"dtype":32,"shape":[1],"data_offsets":[0,4]}}""", 4, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}""", 4, "the type 'f32'")]
    [InlineData("""{"a":{"dtype":"11","shape":[1],"data_offsets":[0,4]}}""", 4, "the type '11'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":{}}}""", 4, "the field 'extra'")]
    [InlineData("""{"a":[1]}""", 0, "is a StartArray")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "__metadata__ has a Number")]
    [InlineData("""{"__metadata__":"x"}""", 0, "__metadata__ is a String")]
    [InlineData("""{} {}""", 0, "not valid JSON")]
    [InlineData("""[]""", 0, "begins with byte 0x5b")]
    [InlineData(""" {}""", 0, "begins with byte 0x20")]
    [InlineData("""{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}""", 0, "the field 'a'")]
    public void A_hostile_header_is_refused(string json, int dataBytes, string words) =>
        Assert.Contains(words, Assert.Throws<InvalidDataException>(() => WeightFileHeader.Parse(Encoding.UTF8.GetBytes(json), dataBytes)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void A_file_that_is_too_short_is_refused(int bytes) =>
        Assert.Contains($"it has {bytes} bytes", Assert.Throws<InvalidDataException>(() => WeightFile.Open(WriteRaw(new byte[bytes]))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("'nowhere.safetensors' does not exist", Assert.Throws<FileNotFoundException>(() => WeightFile.Open("nowhere.safetensors")).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_written_is_read_back_bit_by_bit() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 7], Gen.Float[-1e30f, 1e30f].Array[64]).Sample((rows, columns, numbers) =>
        {
            string path = Path.Combine(_folder, Path.GetRandomFileName());
            float[] first = numbers[..(rows * columns)];
            WeightFileWriter.Write(path, [new("first \"ü\"", [rows, columns], first), new("second", [], numbers.AsMemory(0, 1))], new Dictionary<string, string> { ["note"] = "x" });
            using WeightFile file = WeightFile.Open(path);
            var read = new float[first.Length];
            file.Read(file.Header.Entries[0], read);
            Assert.Equal(first, read);
            Assert.Equal([rows, columns], file.Header.Entries[0].Shape);
            Assert.Empty(file.Header.Entries[1].Shape);
            Assert.Equal("x", file.Header.Metadata["note"]);
            Assert.Equal(0, (new FileInfo(path).Length - (4 * (first.Length + 1))) % 8);
        }, iter: 50);

    [Fact]
    public void Halves_brain_floats_and_doubles_become_float32()
    {
        byte[] data = new byte[12];
        BinaryPrimitives.WriteDoubleLittleEndian(data, 1.0 / 3);
        BinaryPrimitives.WriteHalfLittleEndian(data.AsSpan(8), (Half)1.5);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(10), 0xc049); // -3.140625
        string path = Write(
            """{"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"h":{"dtype":"F16","shape":[1],"data_offsets":[8,10]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[10,12]}}""", data);
        using WeightFile file = WeightFile.Open(path);
        Assert.Equal([(float)(1.0 / 3), 1.5f, -3.140625f], file.Header.Entries.Select(entry =>
        {
            var value = new float[1];
            file.Read(entry, value);
            return value[0];
        }));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e300)]
    public void Numbers_that_are_not_finite_as_float32_are_refused(double number)
    {
        byte[] data = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(data, number);
        using WeightFile file = WeightFile.Open(Write("""{"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", data));
        Assert.Contains("tensor 'd' has", Assert.Throws<InvalidDataException>(() => file.Read(file.Header.Entries[0], new float[1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_byte_of_the_header_never_breaks_anything_else_than_the_file()
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(Golden(), "good_tiny.safetensors"));
        Gen.Select(Gen.Int[0, 247], Gen.Byte, Gen.Int[0, whole.Length]).Sample((at, value, length) =>
        {
            byte[] bytes = whole[..];
            bytes[at] = value;
            string path = WriteRaw(value % 4 == 0 ? bytes[..length] : bytes);
            try
            {
                using WeightFile file = WeightFile.Open(path);
                foreach (WeightEntry entry in file.Header.Entries.Where(entry => WeightTypes.IsReadable(entry.Type)))
                    file.Read(entry, new float[entry.Count]);
            }
            catch (InvalidDataException e)
            {
                Assert.Contains(path, e.Message, StringComparison.Ordinal);
            }
        }, iter: 500);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Golden() => GoldenFolder.Case("safetensors");

    private string Write(string json, byte[] data)
    {
        byte[] header = Encoding.UTF8.GetBytes(json);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return WriteRaw([.. length, .. header, .. data]);
    }

    private string WriteRaw(byte[] bytes)
    {
        string path = Path.Combine(_folder, Path.GetRandomFileName());
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
