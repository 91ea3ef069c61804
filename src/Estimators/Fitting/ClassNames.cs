using MLExtensions.Trainers.Nets;
using MLExtensions.Transforms.Scoring;

namespace MLExtensions.Estimators.Fitting;

/// <summary>What the classes of a label are called, in the order of their indices.</summary>
internal static class ClassNames
{
    /// <summary>The key's values as text, else the indices; False and True for a Boolean label.</summary>
    public static IReadOnlyList<string> Of(NetTask task, int classes, LabelValues? labels) => task switch
    {
        NetTask.Binary => [bool.FalseString, bool.TrueString],
        NetTask.Regression => [],
        _ => labels?.ToTexts() ?? [.. Enumerable.Range(0, classes).Select(index => index.ToString(System.Globalization.CultureInfo.InvariantCulture))],
    };
}
