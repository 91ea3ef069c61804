namespace MLExtensions.Samples.Shared.Tables;

/// <summary>Finds what somebody may have meant.</summary>
internal static class NearestName
{
    /// <summary>The name that is closest to <paramref name="typed"/> by edit distance, letter case aside; null when none is near.</summary>
    public static string? Of(string typed, IEnumerable<string> names)
    {
        var (best, distance) = names
            .Select(n => (Name: n, Distance: EditDistance(typed.ToUpperInvariant(), n.ToUpperInvariant())))
            .MinBy(x => x.Distance);
        return best is not null && distance <= Math.Max(2, typed.Length / 3) ? best : null;
    }

    private static int EditDistance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[b.Length];
    }
}
