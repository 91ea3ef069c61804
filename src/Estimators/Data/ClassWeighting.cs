namespace MLExtensions.Estimators.Data;

/// <summary>Turns the option into one weight per class.</summary>
internal static class ClassWeighting
{
    /// <summary>Weights in the order of the classes; empty for none.</summary>
    /// <exception cref="InvalidOperationException">A label is unknown.</exception>
    public static double[] Of(ClassWeights? option, long[] rowsOfClass, IReadOnlyList<string> labels)
    {
        if (option is null)
            return [];
        if (option.ByLabelText is not { } byLabel)
        {
            double rows = rowsOfClass.Sum();
            int present = rowsOfClass.Count(count => count > 0);
            return Array.ConvertAll(rowsOfClass, count => count == 0 ? 0 : rows / (present * (double)count));
        }

        string[] unknown = [.. byLabel.Keys.Where(label => !labels.Contains(label))];
        if (unknown.Length > 0)
            throw new InvalidOperationException(
                $"ClassWeights.ByLabel: no label is called '{string.Join("', '", unknown)}'. The labels are: {string.Join(", ", labels.Take(50).Select(label => $"'{label}'"))}.");
        return [.. labels.Select(label => byLabel.GetValueOrDefault(label, 1))];
    }
}
