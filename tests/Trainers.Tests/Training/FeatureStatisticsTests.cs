using MLExtensions.Trainers.Training;

namespace MLExtensions.Trainers.Tests.Training;

public sealed class FeatureStatisticsTests
{
    [Fact]
    public void Features_of_unit_size_are_left_alone()
    {
        var statistics = new FeatureStatistics(2);
        foreach (float value in new float[] { -8, 0, 1, 8 })
            statistics.Add([value, 1]);

        Assert.Null(statistics.Standardization());
    }

    [Fact]
    public void A_large_feature_gets_mean_0_and_deviation_1_and_its_neighbour_stays()
    {
        var statistics = new FeatureStatistics(2);
        var rows = new List<float[]>();
        for (int i = 0; i < 5000; i++)
            rows.Add([100_000 + i % 100, i % 2]);
        foreach (float[] row in rows)
            statistics.Add(row);

        Standardization standardization = statistics.Standardization()!;

        // deviation of 0..99 is 28.87; the floor of the scale is (100099 + 100049) / 32 = 6255
        Assert.Equal([100_049.5f, 0f], standardization.Mean);
        Assert.Equal(1, standardization.Factor[1]);
        foreach (float[] row in rows)
            standardization.ApplyTo(row);
        Assert.True(rows.All(row => Math.Abs(row[0]) <= 8));
    }
}
