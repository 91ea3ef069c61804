using System.Runtime.InteropServices;

namespace MLExtensions.Trainers.Training;

/// <summary>Arrays of numbers in a checkpoint: length, then raw float32.</summary>
internal static class FloatArrays
{
    public static void Write(BinaryWriter writer, ReadOnlySpan<float> values)
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values));
    }

    public static float[] Read(BinaryReader reader)
    {
        int length = reader.ReadInt32();
        if (length < 0 || length * 4L > reader.BaseStream.Length - reader.BaseStream.Position)
            throw new InvalidDataException("An array in the checkpoint is longer than the file.");
        var values = new float[length];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
