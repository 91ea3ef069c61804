using MLExtensions.Trainers.Selection;

namespace MLExtensions.Trainers.Tests.Selection;

/// <summary>Transport between rows: what is known of every row from a solve on a sample.</summary>
public sealed class RowTransportTests
{
    private const int Width = 6, Sources = 40, Targets = 15;

    [Theory]
    [InlineData(false, 1, 100)]
    [InlineData(true, 1, 100)]
    [InlineData(false, 0, 5)]
    [InlineData(true, 10, double.PositiveInfinity)]
    public void The_mass_of_a_sampled_row_is_that_of_the_solve(bool classAware, double rhoSource, double rhoTarget)
    {
        var options = new ClassSelectionOptions { Temperature = 0.5, RhoSource = rhoSource, RhoTarget = rhoTarget };
        options.Transport.Precision = TransportPrecision.Double;
        (RowTransport transport, RowSample source) = Solve(classAware, options);

        var toClasses = new double[2];
        for (int i = 0; i < Sources; i++)
        {
            Array.Clear(toClasses);
            double mass = transport.AddTo(toClasses, source.Units[i], source.Classes[i]) / Sources;
            double[] row = transport.Result.PlanRow(i);
            Assert.Equal(row.Sum(), mass, 2e-6 * mass + 1e-12);
            for (int c = 0; c < 2; c++)
                Assert.Equal(row.Where((_, j) => j % 2 == c).Sum(), toClasses[c] / Sources, 2e-6 * mass + 1e-12);
        }
    }

    [Fact]
    public void Class_aware_adds_the_distance_between_class_means()
    {
        var options = new ClassSelectionOptions { Temperature = 0.5 };
        (RowTransport transport, RowSample source) = Solve(classAware: true, options);
        (ClassMeans sourceMeans, ClassMeans targetMeans, _, RowSample target) = Data();
        for (int i = 0; i < Sources; i += 7)
            for (int j = 0; j < Targets; j += 4)
            {
                double rows = Cosine(source.Units[i], target.Units[j]);
                double means = Cosine(UnitVectors.Of(sourceMeans.Mean(source.Classes[i])), UnitVectors.Of(targetMeans.Mean(target.Classes[j])));
                Assert.Equal((1 - rows + 1 - means) / 0.5, transport.Result.Problem.Geometry.Cost(i, j), 1e-5);
            }
    }

    [Fact]
    public void A_sample_smaller_than_the_pass_draws_every_row_equally_often()
    {
        var counts = new int[20];
        for (int seed = 0; seed < 2000; seed++)
        {
            var sample = new RowSample(5, 1, seed, 0);
            for (int i = 0; i < 20; i++)
                sample.Add(i, 0, [1]);
            foreach (long row in sample.Rows)
                counts[row]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 420, 580)); // 500 expected, deviation 19
    }

    [Fact]
    public void K_centres_are_each_the_farthest_from_those_before()
    {
        float[][] points = [.. Enumerable.Range(0, 60).Select(i => Unit(i))];
        int[] picked = KCenter.Pick(points, first: 3, count: 60);

        Assert.Equal(Enumerable.Range(0, 60), picked.Order());
        Assert.Equal(3, picked[0]);
        for (int i = 1; i < 20; i++)
        {
            float Distance(int point) => picked[..i].Min(center => 1 - (float)Cosine(points[point], points[center]));
            Assert.Equal(picked[i..].Max(Distance), Distance(picked[i]), 1e-5f);
        }
    }

    [Fact]
    public void Rows_are_picked_by_score_then_by_place_within_cap_and_budget()
    {
        var picker = new RowPicker();
        float[] scores = [5, 9, 9, 1, 9, 5];
        for (int i = 0; i < scores.Length; i++)
            picker.Add(10 * i, i % 2, scores[i]);
        picker.Add(99, 0, double.NaN);

        Assert.Equal([10, 20], picker.Pick(SelectionBudget.Count(2), null).Rows);
        Assert.Equal([10, 20], picker.Pick(SelectionBudget.Count(2), 1).Rows);
        Assert.Equal([0, 10, 20, 40], picker.Pick(SelectionBudget.Count(4), null).Rows);
        Assert.Equal([0, 10, 20, 30, 40, 50], picker.Pick(null, null).Rows);
        Assert.Equal([10, 20, 40], picker.Pick(SelectionBudget.Mass(0.6), null).Rows); // 27 of 38
        Assert.Throws<InvalidOperationException>(() => picker.Pick(SelectionBudget.Count(3), 1));
    }

    private static (RowTransport Transport, RowSample Source) Solve(bool classAware, ClassSelectionOptions options)
    {
        (ClassMeans sourceMeans, ClassMeans targetMeans, RowSample source, RowSample target) = Data();
        return (RowTransport.Solve(source, target, sourceMeans, targetMeans, classAware, options), source);
    }

    private static (ClassMeans SourceMeans, ClassMeans TargetMeans, RowSample Source, RowSample Target) Data()
    {
        var sourceMeans = new ClassMeans(3, Width);
        var targetMeans = new ClassMeans(2, Width);
        RowSample source = new(1000, Width, 1, 0), target = new(1000, Width, 1, 1);
        for (int i = 0; i < Sources; i++)
        {
            float[] row = Numbers.Uniform(Width, i + 1);
            sourceMeans.Add(i % 3, row);
            source.Add(i, i % 3, row);
        }

        for (int j = 0; j < Targets; j++)
        {
            float[] row = Numbers.Uniform(Width, 1000 + j);
            targetMeans.Add(j % 2, row);
            target.Add(j, j % 2, row);
        }

        return (sourceMeans, targetMeans, source, target);
    }

    private static float[] Unit(int seed)
    {
        var unit = new float[Width];
        UnitVectors.TryMake(Numbers.Uniform(Width, seed + 1), unit);
        return unit;
    }

    private static double Cosine(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
