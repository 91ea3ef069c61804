namespace MLExtensions.Trainers.Transport;

/// <summary>Looks for points between which there is no cost.</summary>
internal static class TransportPointsCheck
{
    /// <summary>Adds what is wrong with points or costs to <paramref name="faults"/>.</summary>
    public static void Check(TransportGeometry geometry, MarginalSide source, MarginalSide target, ICollection<string> faults)
    {
        if (geometry.Kind == TransportCostKind.Matrix)
        {
            int at = geometry.SingleCosts.IsEmpty ? NotFinite.FirstIn(geometry.DoubleCosts.Span) : NotFinite.FirstIn(geometry.SingleCosts.Span);
            if (at >= 0)
                faults.Add($"The cost of source point {at / geometry.TargetCount} and target point {at % geometry.TargetCount} is not finite; replace it by a large cost.");
            return;
        }

        CheckPoints("source", geometry.Source!, geometry.Kind, source.Index, faults);
        CheckPoints("target", geometry.Target!, geometry.Kind, target.Index, faults);
    }

    private static void CheckPoints(string side, TransportPoints points, TransportCostKind kind, int[]? active, ICollection<string> faults)
    {
        int bad = points.FirstNotFinite();
        if (bad >= 0)
            faults.Add($"The {side} point {bad} has a coordinate that is not finite; remove it or replace missing values.");
        else if (kind == TransportCostKind.Cosine && FirstZero(points, active) is >= 0 and var zero)
            faults.Add($"The {side} point {zero} has the norm 0, so there is no cosine to it; remove it, or give it the mass 0.");
    }

    private static int FirstZero(TransportPoints points, int[]? active)
    {
        for (int k = 0; k < (active?.Length ?? points.Count); k++)
        {
            int i = active is null ? k : active[k];
            bool isZero = points.IsDouble
                ? points.Doubles.Span.Slice(i * points.Width, points.Width).IndexOfAnyExcept(0.0) < 0
                : points.Singles.Span.Slice(i * points.Width, points.Width).IndexOfAnyExcept(0f) < 0;
            if (isZero)
                return i;
        }

        return -1;
    }
}
