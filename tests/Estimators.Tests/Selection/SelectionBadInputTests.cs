using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.Selection;

/// <summary>Every fault of a selection gets one message.</summary>
public sealed class SelectionBadInputTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void All_faults_of_the_options_come_in_one_message()
    {
        var error = Assert.Throws<ArgumentException>(() => _ml.Transforms.SelectPretrainingData(Blobs.View(_ml, Blobs.Target()), new PretrainingSelectionOptions
        {
            LabelColumnName = "",
            EmbeddingColumnName = " ",
            TargetLabelColumnName = "",
            TargetEmbeddingColumnName = "",
            WeightColumnName = "",
            Level = (SelectionLevel)7,
            Strategy = SelectionStrategy.Random,
            Budget = SelectionBudget.Mass(1.5),
            RowsPerClass = 0,
            SampleRows = 1,
            Transport = new ClassSelectionOptions { Temperature = 0, Epsilon = -1, RhoSource = double.NaN, RhoTarget = -2 },
        }));

        foreach (string part in new[]
                 {
                     "LabelColumnName is blank", "EmbeddingColumnName is blank", "TargetLabelColumnName is blank", "TargetEmbeddingColumnName is blank", "WeightColumnName is blank", "Level is 7",
                     "Budget is SelectionBudget.Mass(1.5); a share must be above 0 and at most 1", "a share of transported mass, and Strategy is Random", "RowsPerClass is 0", "SampleRows is 1",
                     "Temperature is 0", "Epsilon is -1", "RhoSource is NaN", "RhoTarget is -2",
                 })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void An_empty_selection_is_refused(int count)
    {
        var error = Assert.Throws<ArgumentException>(() => Fit(o => o.Budget = SelectionBudget.Count(count)));
        Assert.Contains($"Budget is SelectionBudget.Count({count}); a number must be at least 1.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SelectionLevel.Classes, 9, "the source has 8 classes with rows to choose from")]
    [InlineData(SelectionLevel.Rows, 300, "the source has 240 rows to choose from")]
    public void More_than_there_is(SelectionLevel level, int count, string message) => Fails<InvalidOperationException>(o => (o.Level, o.Budget) = (level, SelectionBudget.Count(count)), message);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_number_that_is_not_finite(float value)
    {
        List<Blobs.Row> rows = Blobs.Target();
        rows[3].Features[2] = value;
        Fails<InvalidOperationException>(_ => { }, $"SelectPretrainingData, target: Feature column 'Features' is {value} at slot 2 in row 3 of the target", target: rows);
        rows = Blobs.Source();
        rows[9].Features[0] = value;
        Fails<InvalidOperationException>(_ => { }, $"SelectPretrainingData, source: Feature column 'Features' is {value} at slot 0 in row 9 of the source", source: rows);
    }

    [Fact]
    public void A_class_mean_without_direction_is_named()
    {
        List<Blobs.Row> rows = Blobs.Source();
        foreach (Blobs.Row row in rows.Where(row => row.Class == "d"))
            row.Features = new float[Blobs.Width];
        Fails<InvalidOperationException>(_ => { }, "the mean of class 'd' of the source is 0 in every value of column 'Features'", source: rows);
        List<Blobs.Row> target = Blobs.Target();
        foreach (Blobs.Row row in target.Where(row => row.Class == "C"))
            row.Features = new float[Blobs.Width];
        Fails<InvalidOperationException>(_ => { }, "the mean of class 'C' of the target is 0", target: target);
    }

    [Fact]
    public void Another_width()
    {
        IDataView target = Blobs.View(_ml, Blobs.Target());
        target = _ml.Transforms.Concatenate("Features", "Features", "Number").Fit(target).Transform(target);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.SelectPretrainingData(target).Fit(Blobs.View(_ml, Blobs.Source())));
        Assert.Contains("embedding column 'Features' of the source has 8 values, 'Features' of the target has 9. Pass both through the same fitted stages.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_are_missing_or_of_another_type()
    {
        Fails<ArgumentOutOfRangeException>(o => o.LabelColumnName = "Nothing", "SelectPretrainingData, source: Label column 'Nothing' not found. The columns are: 'Features'");
        Fails<ArgumentOutOfRangeException>(o => o.LabelColumnName = "Class", "SelectPretrainingData, source: Schema mismatch for Label column 'Class': expected a key");
        Fails<ArgumentOutOfRangeException>(o => o.TargetLabelColumnName = "Class", "SelectPretrainingData, target: Schema mismatch for Label column 'Class'");
        Fails<ArgumentOutOfRangeException>(o => o.EmbeddingColumnName = "Number", "SelectPretrainingData, source: Schema mismatch for Feature column 'Number'");
        Fails<ArgumentOutOfRangeException>(o => o.TargetEmbeddingColumnName = "Missing", "SelectPretrainingData, target: Feature column 'Missing' not found");
    }

    [Fact]
    public void No_rows()
    {
        List<Blobs.Row> other = Blobs.Target();
        IDataView none = _ml.Data.FilterRowsByColumn(Blobs.View(_ml, other), "Number", double.MaxValue);
        var error = Assert.Throws<InvalidOperationException>(() => _ml.Transforms.SelectPretrainingData(none).Fit(Blobs.View(_ml, Blobs.Source())));
        Assert.Contains("the target has no row with a label in column 'Label' (0 without)", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<InvalidOperationException>(() => _ml.Transforms.SelectPretrainingData(Blobs.View(_ml, other)).Fit(none));
        Assert.Contains("the source has no row with a label", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_key_while_training()
    {
        PretrainingSelectionTransformer stage = _ml.Transforms.SelectPretrainingData(Blobs.View(_ml, Blobs.Target())).Fit(Blobs.View(_ml, Blobs.Source()));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => stage.Select(Blobs.View(_ml, Blobs.Target())));
        Assert.Contains("expected a key of 8 values, on which the selection was fitted, got Key<UInt32, 0-1>", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_model_file_is_told()
    {
        IDataView source = Blobs.View(_ml, Blobs.Source());
        PretrainingSelectionTransformer stage = _ml.Transforms.SelectPretrainingData(Blobs.View(_ml, Blobs.Target()), new PretrainingSelectionOptions { Level = SelectionLevel.Rows }).Fit(source);
        using var stream = new MemoryStream();
        _ml.Model.Save(stage, source.Schema, stream);
        using (var zip = new System.IO.Compression.ZipArchive(stream, System.IO.Compression.ZipArchiveMode.Update, leaveOpen: true))
        {
            System.IO.Compression.ZipArchiveEntry entry = zip.Entries.Single(item => item.Name == "Network");
            using Stream bytes = entry.Open();
            bytes.Position = bytes.Length / 2;
            int value = bytes.ReadByte();
            bytes.Position--;
            bytes.WriteByte((byte)(value ^ 0x10));
        }

        stream.Position = 0;
        Exception error = Assert.ThrowsAny<Exception>(() => _ml.Model.Load(stream, out _));
        Assert.Contains("its checksum does not fit its content", error.ToString(), StringComparison.Ordinal);
    }

    private PretrainingSelectionTransformer Fit(Action<PretrainingSelectionOptions> change, List<Blobs.Row>? source = null, List<Blobs.Row>? target = null)
    {
        var options = new PretrainingSelectionOptions();
        change(options);
        return _ml.Transforms.SelectPretrainingData(Blobs.View(_ml, target ?? Blobs.Target()), options).Fit(Blobs.View(_ml, source ?? Blobs.Source()));
    }

    private void Fails<T>(Action<PretrainingSelectionOptions> change, string message, List<Blobs.Row>? source = null, List<Blobs.Row>? target = null)
        where T : Exception =>
        Assert.Contains(message, Assert.Throws<T>(() => Fit(change, source, target)).Message, StringComparison.Ordinal);
}
