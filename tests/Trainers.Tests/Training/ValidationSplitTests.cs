using MLExtensions.Trainers.Training;

namespace MLExtensions.Trainers.Tests.Training;

public sealed class ValidationSplitTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.15)]
    [InlineData(0.5)]
    [InlineData(0.33)]
    public void Every_class_gives_its_share(double fraction)
    {
        var split = new ValidationSplit(fraction, seed: 3, classes: 2);
        var taken = new int[2];
        for (int i = 0; i < 5000; i++)
            for (int c = 0; c < 2; c++)
                taken[c] += (c == 0 || i % 10 == 0) && split.Take(c) ? 1 : 0;

        Assert.InRange(taken[0], 5000 * fraction - 1, 5000 * fraction + 1);
        Assert.InRange(taken[1], 500 * fraction - 1, 500 * fraction + 1);
    }

    [Fact]
    public void A_copy_chooses_the_same_rows_and_the_choice_is_random()
    {
        var split = new ValidationSplit(0.1, seed: 3, classes: 1);
        bool[] first = [.. Enumerable.Range(0, 1000).Select(_ => split.Take(0))];
        ValidationSplit copy = split.Copy();
        var other = new ValidationSplit(0.1, seed: 4, classes: 1);

        Assert.Equal(first, Enumerable.Range(0, 1000).Select(_ => copy.Take(0)));
        Assert.NotEqual(first, Enumerable.Range(0, 1000).Select(_ => other.Take(0)));
        Assert.True(first.Select((taken, i) => (taken, i)).Where(row => row.taken).Select(row => row.i % 10).Distinct().Count() > 5);
    }
}
