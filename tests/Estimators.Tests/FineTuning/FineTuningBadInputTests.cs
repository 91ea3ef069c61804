using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Estimators.Tests.FineTuning;

/// <summary>Every fault of fine-tuning gets one message.</summary>
public sealed class FineTuningBadInputTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void All_faults_of_the_options_come_in_one_message()
    {
        var error = Assert.Throws<ArgumentException>(() => TaskKind.Regression.Trainer(_ml, o =>
        {
            o.HeadLearningRateFactor = 0;
            (o.InitialModel, o.InitialWeights) = (_ml.Transforms.NormalizeMinMax("Features").Fit(ToyRow.View(_ml)), "net.safetensors");
            o.PretrainingData = new PretrainingData(null!)
            {
                LabelColumnName = " ",
                FeatureColumnName = "",
                ExampleWeightColumnName = "",
                Lambda = -1,
                Ratio = 0,
                Loss = PretrainingLoss.Consistency(threshold: 1, temperature: 0, weakNoise: -1, strongNoise: double.NaN, strongDropout: 1),
            };
        }));

        foreach (string part in new[]
                 {
                     "HeadLearningRateFactor is 0", "InitialModel and InitialWeights ('net.safetensors') are both set", "the rows are null", "LabelColumnName is blank", "FeatureColumnName is blank", "ExampleWeightColumnName is blank", "Lambda is -1",
                     "Ratio is 0", "threshold is 1", "temperature is 0", "weakNoise is -1", "strongNoise is NaN", "strongDropout is 1", "Consistency is for classification",
                 })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_label_column() => Fails<ArgumentOutOfRangeException>(ToyRow.View(_ml), o => o.LabelColumnName = "Nothing",
        "PretrainingData: Label column 'Nothing' not found. The columns are: 'Features', 'Class'");

    [Fact]
    public void A_label_of_another_type() => Fails<ArgumentOutOfRangeException>(ToyRow.View(_ml), o => o.LabelColumnName = "Class",
        "PretrainingData: Schema mismatch for Label column 'Class': expected a key (ml.Transforms.Conversion.MapValueToKey makes one), Boolean or Single, got String");

    [Fact]
    public void Features_of_another_type() => Fails<ArgumentOutOfRangeException>(ToyRow.View(_ml), o => o.FeatureColumnName = "Number",
        "PretrainingData: Schema mismatch for Feature column 'Number'");

    [Fact]
    public void Features_of_another_width()
    {
        IDataView rows = ToyRow.View(_ml);
        Fails<ArgumentOutOfRangeException>(_ml.Transforms.Concatenate("Features", "Features", "Number").Fit(rows).Transform(rows), _ => { },
            "PretrainingData: feature column 'Features' has 5 features; 'Features' of the target rows has 4. Pass both through the same fitted stages.");
    }

    [Fact]
    public void No_row_at_all() => Fails<InvalidOperationException>(_ml.Data.LoadFromEnumerable(new List<ToyRow>()), _ => { },
        "PretrainingData: The training set has 0 rows with a label; at least 2 are needed.");

    [Fact]
    public void A_feature_that_is_no_number()
    {
        List<ToyRow> rows = ToyRow.Make(50);
        rows[17].Features[2] = float.NaN;
        Fails<InvalidOperationException>(_ml.Data.LoadFromEnumerable(rows), _ => { }, "PretrainingData: Feature column 'Features' is NaN at slot 2 in row 17 of the pre-training data");
    }

    [Fact]
    public void A_weight_column_of_another_type() => Fails<ArgumentOutOfRangeException>(ToyRow.View(_ml), o => o.ExampleWeightColumnName = "Class",
        "PretrainingData: Schema mismatch for Weight column 'Class'");

    private void Fails<T>(IDataView source, Action<PretrainingData> change, string message)
        where T : Exception
    {
        var data = new PretrainingData(source) { LabelColumnName = "Positive" };
        change(data);
        var error = Assert.Throws<T>(() => TaskKind.Binary.Trainer(_ml, o => o.PretrainingData = data).Fit(ToyRow.View(_ml)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
