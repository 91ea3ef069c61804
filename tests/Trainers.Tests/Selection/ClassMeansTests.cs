using MLExtensions.Trainers.Tests.Transport;

namespace MLExtensions.Trainers.Tests.Selection;

public sealed class ClassMeansTests
{
    [Fact]
    public void Rows_are_averaged_per_class_in_one_pass()
    {
        var means = new ClassMeans(2, 3);
        means.Add(0, new float[] { 1, 2, 3 });
        means.Add(1, new double[] { 5, 5, 5 });
        means.Add(0, new float[] { 3, 2, 1 });
        Assert.Equal([2, 2, 2], means.Mean(0));
        Assert.Equal([5, 5, 5], means.Mean(1));
        Assert.Equal([2, 1], means.Counts);
    }

    [Fact]
    public void Parts_that_are_saved_read_back_and_merged_are_the_whole()
    {
        float[] rows = Numbers.Uniform(300 * 4, 5);
        ClassMeans whole = new(7, 4), first = new(7, 4), second = new(7, 4);
        for (int i = 0; i < 300; i++)
        {
            whole.Add(i % 7, rows.AsSpan(i * 4, 4));
            (i < 100 ? first : second).Add(i % 7, rows.AsSpan(i * 4, 4));
        }

        using var stream = new MemoryStream();
        second.Save(stream);
        stream.Position = 0;
        first.Merge(ClassMeans.Load(stream));
        Assert.Equal(whole.Counts, first.Counts);
        for (int k = 0; k < 7; k++)
            TransportGen.AssertClose(whole.Mean(k), first.Mean(k), 1e-14);
    }

    [Fact]
    public void A_saved_file_that_is_changed_in_any_byte_or_cut_is_refused()
    {
        var means = new ClassMeans(2, 2);
        means.Add(1, new float[] { 1, 2 });
        using var stream = new MemoryStream();
        means.Save(stream);
        byte[] bytes = stream.ToArray();
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 0x40;
            Assert.Throws<InvalidDataException>(() => ClassMeans.Load(new MemoryStream(changed)));
            Assert.Throws<InvalidDataException>(() => ClassMeans.Load(new MemoryStream(bytes[..i])));
        }
    }

    [Fact]
    public void Rows_added_after_a_ranking_do_not_change_it()
    {
        ClassMeans source = ClassMeans.FromMeans([1, 0, 0, 2], 2), target = ClassMeans.FromMeans([1, 1], 2);
        ClassRanking ranking = ClassSelection.Rank(source, target);
        double before = ranking.Transport.PlanEntry(0, 0);
        source.Add(0, new float[] { -7, 1 });
        Assert.Equal(before, ranking.Transport.PlanEntry(0, 0));
        Assert.NotEqual(before, ClassSelection.Rank(source, target).Transport.PlanEntry(0, 0));
    }

    [Fact]
    public void Bad_rows_are_refused_and_not_half_added()
    {
        var means = new ClassMeans(2, 2);
        Assert.Contains("allowed is 0 to 1", Assert.Throws<ArgumentException>(() => means.Add(2, new float[2])).Message, StringComparison.Ordinal);
        Assert.Contains("have 2", Assert.Throws<ArgumentException>(() => means.Add(0, new float[3])).Message, StringComparison.Ordinal);
        Assert.Contains("column 1", Assert.Throws<ArgumentException>(() => means.Add(0, new[] { 1, float.NaN })).Message, StringComparison.Ordinal);
        Assert.Contains("column 0", Assert.Throws<ArgumentException>(() => means.Add(0, new[] { double.PositiveInfinity, 1 })).Message, StringComparison.Ordinal);
        Assert.Equal([0, 0], means.Counts);
        Assert.Throws<ArgumentException>(() => means.Merge(new ClassMeans(2, 3)));
        Assert.Contains("class 1 has the value NaN", Assert.Throws<ArgumentException>(() => ClassMeans.FromMeans([1, 2, double.NaN, 3], 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ClassMeans.FromMeans([1, 2, 3], 2));
        Assert.Throws<ArgumentException>(() => ClassMeans.FromMeans([1, 2], 2, [1, 2]));
    }
}
