using System.Globalization;
using System.Text.Json;

namespace MLExtensions.Trainers.Tests.Metrics;

/// <summary>Golden values from numpy, scipy and scikit-learn.</summary>
internal static class Golden
{
    /// <summary>The folder of the values; skips the test when it is not there.</summary>
    public static string Folder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "shared", "data", "metrics") is var candidate && Directory.Exists(candidate))
                return candidate;
        Assert.Skip("The golden values are not here: put the folder shared/data/metrics beside the checkout.");
        return "";
    }

    public static double Value(string set, string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(), "expected.json")));
        return document.RootElement.GetProperty(set).GetProperty(name).GetDouble();
    }

    public static double[][] Table(string name) =>
        [.. File.ReadLines(Path.Combine(Folder(), name + ".csv")).Skip(1).Select(line => Array.ConvertAll(line.Split(','), text => double.Parse(text, CultureInfo.InvariantCulture)))];

    public static void Equal(double expected, double actual, double relative = 1e-10) =>
        Assert.True(Math.Abs(expected - actual) <= relative * Math.Max(1e-12, Math.Abs(expected)) || expected == actual, $"expected {expected:r}, got {actual:r}");
}
