using System.Text.Json;
using System.Text.Json.Serialization;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Transforms.ModelFile;

/// <summary>The JSON part of our streams: how it is written, and read without trust.</summary>
internal static class HeaderJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
        MaxDepth = 16,
    };

    public static byte[] Write<T>(T header) => JsonSerializer.SerializeToUtf8Bytes(header, Options);

    /// <exception cref="InvalidDataException">It is no such header.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw FileFrame.Damaged("its JSON is empty");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
        {
            throw FileFrame.Damaged("its JSON cannot be read: " + e.Message);
        }
    }

    /// <summary>The key values of the label; null where none were written.</summary>
    /// <exception cref="InvalidDataException">The texts are no values of that type.</exception>
    public static LabelValues? Labels(string? type, IReadOnlyList<string>? texts)
    {
        if (type is null || texts is null)
            return null;
        try
        {
            return LabelValues.FromTexts(type, texts);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw FileFrame.Damaged("its labels cannot be read: " + e.Message);
        }
    }
}
