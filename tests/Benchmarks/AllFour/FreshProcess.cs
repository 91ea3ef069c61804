using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Benchmarks.AllFour;

/// <summary>Loads a saved pipeline in a process of its own, scores the test rows at some widths, and tells the scores by their hash.</summary>
internal static class FreshProcess
{
    /// <summary>A hash of all bits of the scores at each width.</summary>
    public static string[] Hashes(string model, string data, IEnumerable<double> widths)
    {
        string list = string.Join(',', widths.Select(width => width.ToString(CultureInfo.InvariantCulture)));
        var start = new ProcessStartInfo("dotnet", [typeof(FreshProcess).Assembly.Location, "all-four", "--score", model, "--widths", list, "--data", data]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"The fresh process ended with {process.ExitCode}.");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>The other side: prints the hashes.</summary>
    public static void Score(string[] args)
    {
        var ml = new MLContext();
        ITransformer model = ml.Model.Load(Options.Get(args, "--score", ""), out _);
        IDataView rows = ml.Data.LoadFromEnumerable(DigitPictures.OpticalDigits(DataFolder.Find(args), "test"));
        foreach (string width in Options.Get(args, "--widths", "1").Split(','))
            Console.WriteLine(Hash(AtWidth(model, double.Parse(width, CultureInfo.InvariantCulture)), rows));
    }

    /// <summary>A hash of all bits of the scores.</summary>
    public static string Hash(ITransformer model, IDataView rows)
    {
        float[] scores = [.. model.Transform(rows).GetColumn<float[]>("Score").SelectMany(row => row)];
        return Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(scores)));
    }

    /// <summary>The pipeline with its nested net at a width; a pipeline without one as it is.</summary>
    public static ITransformer AtWidth(ITransformer model, double width) => width == 1 ? model : model.WithBayesianNested(net => net.WithWidth(width));
}
