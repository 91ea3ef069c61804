namespace MLExtensions.Trainers.Tests.Selection;

public sealed class ClassSelectionTests
{
    private static readonly ClassMeans Source = ClassMeans.FromMeans([1, 0, 0, 2, -3, 0], 2);
    private static readonly ClassMeans Target = ClassMeans.FromMeans([2, 0, 1, 1], 2);

    [Fact]
    public void The_best_classes_come_first()
    {
        ClassRanking ranking = ClassSelection.Rank(Source, Target);
        Assert.Equal([0, 1, 2], ranking.Order);
        Assert.Equal([0, 1], ranking.Top(2));
        Assert.Equal(1.32143038, ranking.Scores[0], 1e-7);
    }

    [Fact]
    public void Equal_scores_are_ordered_by_index()
    {
        ClassMeans source = ClassMeans.FromMeans([0, 1, 1, 0, 0, 2, 2, 0, 1, 0], 2);
        Assert.Equal([1, 3, 4, 0, 2], ClassSelection.Rank(source, ClassMeans.FromMeans([1, 0.5], 2)).Order);
    }

    [Fact]
    public void The_length_of_a_mean_and_the_number_of_its_rows_do_not_matter()
    {
        ClassMeans longer = ClassMeans.FromMeans([10, 0, 0, 1, -3, 0], 2, [5, 1, 90]);
        ClassRanking one = ClassSelection.Rank(Source, Target), other = ClassSelection.Rank(longer, Target);
        for (int k = 0; k < 3; k++)
            Assert.Equal(1, one.Scores[k] / other.Scores[k], 1e-9);
    }

    [Fact]
    public void A_class_with_one_row_is_a_class_like_others()
    {
        var source = new ClassMeans(2, 2);
        source.Add(0, new float[] { 1, 0 });
        source.Add(1, new float[] { 0, 1 });
        source.Add(1, new float[] { 0, 3 });
        Assert.Equal(2, ClassSelection.Rank(source, Target).Order.Count);
    }

    [Fact]
    public void Classes_without_rows_or_direction_are_an_error_or_last()
    {
        var source = new ClassMeans(4, 2);
        source.Add(1, new float[] { 1, 0 });
        source.Add(2, new float[] { 0, 0 });
        source.Add(3, new float[] { 0, 1 });
        string message = Assert.Throws<ArgumentException>(() => ClassSelection.Rank(source, Target)).Message;
        Assert.Contains("The source has 1 of its classes without rows: 0.", message, StringComparison.Ordinal);
        Assert.Contains("1 of its classes whose mean is zero, so that it has no direction: 2.", message, StringComparison.Ordinal);
        Assert.Contains("SkipEmptyClasses", message, StringComparison.Ordinal);
        ClassRanking ranking = ClassSelection.Rank(source, Target, new ClassSelectionOptions { SkipEmptyClasses = true });
        Assert.Equal([1, 3, 0, 2], ranking.Order);
        Assert.Equal(0, ranking.Scores[0]);
        Assert.Contains("None is left", Assert.Throws<ArgumentException>(
            () => ClassSelection.Rank(Source, new ClassMeans(2, 2), new ClassSelectionOptions { SkipEmptyClasses = true })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Asking_for_no_class_or_more_than_there_are_is_an_error(int count) =>
        Assert.Contains("allowed is 1 to 3", Assert.Throws<ArgumentOutOfRangeException>(() => ClassSelection.Rank(Source, Target).Top(count)).Message, StringComparison.Ordinal);

    [Fact]
    public void Bad_options_and_other_widths_are_one_message()
    {
        string message = Assert.Throws<ArgumentException>(() => ClassSelection.Rank(Source, Target, new ClassSelectionOptions
        {
            Temperature = 0,
            Epsilon = -1,
            RhoSource = double.NaN,
            RhoTarget = -1,
            Transport = new TransportOptions { Tolerance = 2 },
        })).Message;
        Assert.Contains("5 faults", message, StringComparison.Ordinal);
        Assert.Contains("have 2 values, the target's 3", Assert.Throws<ArgumentException>(() => ClassSelection.Rank(Source, ClassMeans.FromMeans([1, 2, 3], 3))).Message, StringComparison.Ordinal);
    }
}
