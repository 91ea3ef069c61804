using System.Globalization;

namespace MLExtensions.Estimators.Fitting;

/// <summary>Makes texts with the invariant culture: records format their numbers with the current one.</summary>
internal static class InvariantText
{
    /// <summary>What <paramref name="make"/> gives under the invariant culture.</summary>
    public static T Of<T>(Func<T> make)
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            return make();
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
