using MLExtensions.Trainers.WeightFiles;

namespace MLExtensions.Trainers.Tests.WeightFiles;

public sealed class WeightMatchTests
{
    private static readonly WantedWeights[] Net =
    [
        new("conv1.weight", [8, 3, 3, 3], InHead: false),
        new("bn1.weight", [8], InHead: false),
        new("bn1.running_mean", [8], InHead: false),
        new("fc.weight", [10, 8], InHead: true),
        new("fc.bias", [10], InHead: true),
    ];

    [Fact]
    public void A_file_of_the_same_net_matches_whole()
    {
        WeightMatch match = WeightMatch.Of("a.safetensors", Net, Entries(Net));
        match.CheckBody("the net");
        Assert.True(match.Report.HeadLoaded);
        Assert.Equal(5, match.Report.Matched.Count);
        Assert.All(Net, wanted => Assert.Equal(wanted.Name, match[wanted]!.Name));
    }

    [Fact]
    public void Another_number_of_classes_leaves_the_head_out_and_says_which_shape_it_wanted()
    {
        WeightMatch match = WeightMatch.Of("a.safetensors", Net, Entries([.. Net[..3], new("fc.weight", [1000, 8], true), new("fc.bias", [10], true)]));
        match.CheckBody("the net");
        Assert.False(match.Report.HeadLoaded);
        Assert.Null(match[Net[4]]); // half a head is none
        Assert.Equal(["fc.weight has [1000, 8], the net wants [10, 8]"], match.Report.WrongShape);
        Assert.Equal(3, match.Report.Matched.Count);
    }

    [Fact]
    public void A_file_without_a_head_is_taken()
    {
        WeightMatch match = WeightMatch.Of("a.safetensors", Net, Entries(Net[..3]));
        match.CheckBody("the net");
        Assert.Equal(["fc.weight", "fc.bias"], match.Report.Missing);
    }

    [Fact]
    public void Names_in_a_wrapper_match_too()
    {
        WeightMatch match = WeightMatch.Of("a.safetensors", Net, [.. Entries(Net).Select(entry => entry with { Name = "module." + entry.Name })]);
        match.CheckBody("the net");
        Assert.Equal("module.fc.bias", match[Net[4]]!.Name);
        Assert.Empty(match.Report.LeftOver);
    }

    [Fact]
    public void Counters_of_batches_are_not_left_over_but_strangers_are()
    {
        WeightMatch match = WeightMatch.Of("a.safetensors", Net, Entries([.. Net, new("bn1.num_batches_tracked", [], false), new("stranger", [1], false)]));
        Assert.Equal(["stranger"], match.Report.LeftOver);
    }

    [Fact]
    public void Half_of_the_keys_is_an_error_that_names_file_found_and_expected()
    {
        WeightMatch match = WeightMatch.Of("half.safetensors", Net, Entries([Net[0], new("bn1.weight", [4], false)]));
        string message = Assert.Throws<InvalidDataException>(() => match.CheckBody("ConvNet(8)")).Message;
        string[] words =
        [
            "'half.safetensors'", "ConvNet(8)", "1 tensors", "3 missing: bn1.running_mean, fc.weight, fc.bias", "1 of another shape: bn1.weight has [4], the net wants [8]", "expected every tensor",
        ];
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_weights_of_another_net_are_an_error_that_lists_what_they_are()
    {
        WeightMatch match = WeightMatch.Of("other.safetensors", Net, Entries([new("features.0.weight", [8, 3, 3, 3], false), new("classifier.weight", [10, 8], false)]));
        Assert.Contains("2 left over: features.0.weight, classifier.weight", Assert.Throws<InvalidDataException>(() => match.CheckBody("the net")).Message, StringComparison.Ordinal);
    }

    private static WeightEntry[] Entries(IEnumerable<WantedWeights> tensors)
    {
        long end = 0;
        return [.. tensors.Select(tensor => new WeightEntry(tensor.Name, WeightType.F32, tensor.Shape, end, end += 4 * tensor.Shape.Aggregate(1L, (a, b) => a * b)))];
    }
}
