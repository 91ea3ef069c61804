using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.Images;

/// <summary>Pictures of a bar at a random place on noise, upright or lying: a task for convolutions.</summary>
public sealed class BarPicture
{
    public const int Size = 12;

    public float[] Pixels { get; set; } = [];

    public bool Upright { get; set; }

    public string Class => Upright ? "upright" : "lying";

    public float Brightness { get; set; }

    public static List<BarPicture> Make(int count, int seed, int channels = 1, int size = Size)
    {
        var random = new Random(seed);
        var pictures = new List<BarPicture>();
        for (int i = 0; i < count; i++)
        {
            var picture = new BarPicture { Pixels = new float[channels * size * size], Upright = random.Next(2) == 0, Brightness = 100 + random.Next(100) };
            for (int pixel = 0; pixel < picture.Pixels.Length; pixel++)
                picture.Pixels[pixel] = random.Next(100);
            int row = random.Next(size - 5), column = random.Next(size - 5);
            for (int channel = 0; channel < channels; channel++)
                for (int k = 0; k < 5; k++)
                    picture.Pixels[(channel * size * size) + ((row + (picture.Upright ? k : 2)) * size) + column + (picture.Upright ? 2 : k)] += picture.Brightness;
            pictures.Add(picture);
        }

        return pictures;
    }

    /// <summary>The pictures as a column of given dimensions, with a key label.</summary>
    public static IDataView View(MLContext ml, List<BarPicture> pictures, params int[] dimensions)
    {
        var schema = SchemaDefinition.Create(typeof(BarPicture));
        schema[nameof(Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, dimensions);
        IDataView view = ml.Data.LoadFromEnumerable(pictures, schema);
        return ml.Transforms.Conversion.MapValueToKey("Label", nameof(Class), keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Fit(view).Transform(view);
    }

    /// <summary>The same pictures with the colours of a pixel side by side.</summary>
    public static List<BarPicture> Interleave(List<BarPicture> pictures, int channels) => [.. pictures.Select(picture =>
    {
        int pixels = picture.Pixels.Length / channels;
        return new BarPicture { Upright = picture.Upright, Brightness = picture.Brightness, Pixels = [.. Enumerable.Range(0, picture.Pixels.Length).Select(i => picture.Pixels[(i % channels * pixels) + (i / channels)])] };
    })];
}
