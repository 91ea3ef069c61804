namespace MLExtensions.Trainers.WeightFiles;

/// <summary>Names and sizes of the number types.</summary>
internal static class WeightTypes
{
    /// <summary>The type of that name; names are upper case.</summary>
    public static bool TryParse(string name, out WeightType type) =>
        Enum.TryParse(name == "BOOL" ? nameof(WeightType.Bool) : name, out type) && NameOf(type) == name;

    /// <summary>The name in a file.</summary>
    public static string NameOf(WeightType type) => type == WeightType.Bool ? "BOOL" : type.ToString();

    /// <summary>All names.</summary>
    public static string Names { get; } = string.Join(", ", Enum.GetValues<WeightType>().Select(NameOf));

    /// <summary>Bytes of one number.</summary>
    public static int SizeOf(WeightType type) => type switch
    {
        WeightType.Bool or WeightType.U8 or WeightType.I8 or WeightType.F8_E4M3 or WeightType.F8_E5M2 => 1,
        WeightType.I16 or WeightType.U16 or WeightType.F16 or WeightType.BF16 => 2,
        WeightType.I32 or WeightType.U32 or WeightType.F32 => 4,
        _ => 8,
    };

    /// <summary>Whether weights of this type are read, as float32.</summary>
    public static bool IsReadable(WeightType type) => type is WeightType.F32 or WeightType.F16 or WeightType.BF16 or WeightType.F64;
}
