namespace MLExtensions;

/// <summary>Throws all faults of an options object in one message.</summary>
internal static class OptionsFaults
{
    /// <exception cref="ArgumentException">There is at least one fault.</exception>
    public static void Throw(string optionsName, Action<ICollection<string>> check)
    {
        var faults = new List<string>();
        check(faults);
        if (faults.Count > 0)
            throw new ArgumentException(
                $"{optionsName} has {(faults.Count == 1 ? "a fault" : $"{faults.Count} faults")}:{string.Concat(faults.Select(fault => $"{Environment.NewLine}- {fault}"))}", "options");
    }
}
