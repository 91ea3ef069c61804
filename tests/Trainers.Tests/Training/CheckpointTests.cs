using MLExtensions.Trainers.Training;

namespace MLExtensions.Trainers.Tests.Training;

public sealed class CheckpointTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlextensions-checkpoint-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(14)]
    [InlineData(37)]
    [InlineData(52)]
    public void A_fit_stopped_at_any_step_and_run_again_gives_the_same_bits(int stopAt)
    {
        LoopSettings settings = Toy.Settings(6) with { Patience = 4 };
        TrainingOutcome expected = Toy.Fit(settings);
        var file = new CheckpointFile(_folder.FullName, "test");
        int steps = 0;
        Assert.Throws<OperationCanceledException>(() => Toy.Fit(settings with
        {
            Checkpoint = file,
            CheckAlive = () =>
            {
                if (++steps == stopAt)
                    throw new OperationCanceledException();
            },
        }));

        TrainingOutcome resumed = Toy.Fit(settings with { Checkpoint = file });

        Assert.Equal(expected.Parameters, resumed.Parameters);
        Assert.Equal(expected.Buffers, resumed.Buffers);
        Assert.Equal(expected.BestEpoch, resumed.BestEpoch);
        Assert.Equal(expected.Epochs.Select(epoch => epoch.TrainingLoss), resumed.Epochs.Select(epoch => epoch.TrainingLoss));
        Assert.False(File.Exists(file.Path));
    }

    [Fact]
    public void A_damaged_or_cut_checkpoint_is_as_good_as_none()
    {
        var file = new CheckpointFile(_folder.FullName, "test");
        file.Save(writer => writer.Write(new byte[1000]));
        byte[] whole = File.ReadAllBytes(file.Path);
        Assert.True(file.TryLoad(reader => Assert.Equal(1000, reader.ReadBytes(2000).Length)));
        foreach (int length in new[] { 0, 5, 39, 40, 500, whole.Length - 1 })
        {
            File.WriteAllBytes(file.Path, whole[..length]);
            Assert.False(file.TryLoad(_ => Assert.Fail("damaged state was read")));
        }

        for (int i = 0; i < whole.Length; i += 7)
        {
            byte[] altered = [.. whole];
            altered[i] ^= 0x10;
            File.WriteAllBytes(file.Path, altered);
            Assert.False(file.TryLoad(_ => Assert.Fail("damaged state was read")));
        }
    }

    [Fact]
    public void A_write_that_fails_leaves_the_older_state()
    {
        var file = new CheckpointFile(_folder.FullName, "test");
        file.Save(writer => writer.Write(1));
        Directory.CreateDirectory(file.Path + ".tmp"); // the temporary file cannot be made

        var error = Assert.Throws<IOException>(() => file.Save(writer => writer.Write(2)));

        Assert.Contains("CheckpointFolder", error.Message, StringComparison.Ordinal);
        Assert.True(file.TryLoad(reader => Assert.Equal(1, reader.ReadInt32())));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_found_out_at_once()
    {
        string blocked = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(blocked, "");

        var error = Assert.Throws<IOException>(() => new CheckpointFile(Path.Combine(blocked, "sub"), "test").CheckWritable());

        Assert.Contains("give a folder that this process may write to", error.Message, StringComparison.Ordinal);
    }
}
