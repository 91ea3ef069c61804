using Microsoft.ML.Data;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Data;

/// <summary>Which column types a task takes, and the words for it in errors.</summary>
internal static class LabelTypes
{
    public const string FeatureExpectation = "a vector of Single of known size (ml.Transforms.Concatenate makes one; a variable vector needs a stage that fixes its size)";

    public const string WeightExpectation = "Single (ml.Transforms.Conversion.ConvertType)";

    public static bool Fits(NetTask task, DataViewType type) => task switch
    {
        NetTask.Multiclass => type is KeyDataViewType { Count: > 0 and <= int.MaxValue },
        NetTask.Binary => type is BooleanDataViewType,
        _ => type == NumberDataViewType.Single,
    };

    public static string Expectation(NetTask task) => task switch
    {
        NetTask.Multiclass => "a key (ml.Transforms.Conversion.MapValueToKey makes one)",
        NetTask.Binary => "Boolean (for text or numbers use ml.Transforms.Conversion.MapValue or ConvertType; for more than two classes the multiclass trainer)",
        _ => "Single (ml.Transforms.Conversion.ConvertType makes one)",
    };

    /// <summary>Says which columns there are.</summary>
    public static string NotFound(string role, string name, IEnumerable<string> columns) =>
        $"{role} column '{name}' not found. The columns are: {string.Join(", ", columns.Distinct().Take(50).Select(column => $"'{column}'"))}.";
}
