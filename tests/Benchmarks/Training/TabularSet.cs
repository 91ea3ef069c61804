using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Benchmarks.Training;

/// <summary>A table, how its columns are used, and how it is split.</summary>
/// <param name="Name">What the tables call it.</param>
/// <param name="TrainFile">Below the data folder.</param>
/// <param name="TestFile">Null: a seeded third of the rows is the test set.</param>
/// <param name="Label">Label column.</param>
/// <param name="Regression">Whether the label is a number to predict.</param>
/// <param name="Texts">Columns that become one-hot indicators.</param>
/// <param name="Dropped">Columns that are left out.</param>
internal sealed record TabularSet(string Name, string TrainFile, string? TestFile, string Label, bool Regression, string[] Texts, string[] Dropped, bool HasHeader = true)
{
    public static readonly TabularSet[] All =
    [
        new("adult", "tabular/adult/adult-train.csv", "tabular/adult/adult-test.csv", "income", false,
            ["workclass", "education", "marital-status", "occupation", "relationship", "race", "sex", "native-country"], []),
        new("churn", "tabular/telco-churn/Telco-Customer-Churn.csv", null, "Churn", false,
            ["gender", "Partner", "Dependents", "PhoneService", "MultipleLines", "InternetService", "OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport",
                "StreamingTV", "StreamingMovies", "Contract", "PaperlessBilling", "PaymentMethod"], ["customerID"]),
        new("wine quality", "tabular/wine-quality/winequality.csv", null, "quality", false, ["type"], []),
        new("optdigits", "tabular/optdigits/optdigits-train.csv", "tabular/optdigits/optdigits-test.csv", "64", false, [], [], HasHeader: false),
        new("California housing", "tabular/california-housing/housing.csv", null, "median_house_value", true, ["ocean_proximity"], []),
        new("taxi fares", "tabular/taxi-fare/taxi-fare-train.csv", "tabular/taxi-fare/taxi-fare-test.csv", "fare_amount", true, ["vendor_id", "rate_code", "payment_type"], []),
        new("bike sharing", "tabular/bike-sharing/hour_train.csv", "tabular/bike-sharing/hour_test.csv", "cnt", true, [], ["instant", "dteday", "casual", "registered"]),
    ];

    /// <summary>Training and test rows.</summary>
    public (IDataView Train, IDataView Test) Load(MLContext ml, string folder, int seed)
    {
        IDataView train = Read(ml, Path.Combine(folder, TrainFile));
        if (TestFile is not null)
            return (train, Read(ml, Path.Combine(folder, TestFile)));
        DataOperationsCatalog.TrainTestData split = ml.Data.TrainTestSplit(train, 1.0 / 3, seed: seed);
        return (split.TrainSet, split.TestSet);
    }

    /// <summary>The same features for every trainer: texts as indicators, missing numbers by the mean, mean 0 and variance 1.</summary>
    public IEstimator<ITransformer> Features(MLContext ml, DataViewSchema schema)
    {
        string[] numbers = [.. schema.Where(column => column.Type == NumberDataViewType.Single && column.Name != Label).Select(column => column.Name)];
        IEstimator<ITransformer> pipeline = ml.Transforms.Concatenate("Numbers", numbers)
            .Append(ml.Transforms.ReplaceMissingValues("Numbers", replacementMode: Microsoft.ML.Transforms.MissingValueReplacingEstimator.ReplacementMode.Mean))
            .Append(ml.Transforms.NormalizeMeanVariance("Numbers"));
        if (Texts.Length > 0)
            pipeline = pipeline.Append(ml.Transforms.Categorical.OneHotEncoding([.. Texts.Select(text => new InputOutputColumnPair(text))]));
        pipeline = pipeline.Append(ml.Transforms.Concatenate("Features", ["Numbers", .. Texts]));
        return Regression ? pipeline.Append(ml.Transforms.CopyColumns("Label", Label)) : pipeline.Append(ml.Transforms.Conversion.MapValueToKey("Label", Label));
    }

    private IDataView Read(MLContext ml, string path)
    {
        string[] first = File.ReadLines(path).First().Split(',');
        string[] names = HasHeader ? first : [.. Enumerable.Range(0, first.Length).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        TextLoader.Column[] columns = [.. names.Select((name, i) => new TextLoader.Column(
            name, Texts.Contains(name) || Dropped.Contains(name) || (name == Label && !Regression) ? DataKind.String : DataKind.Single, i))];
        IDataView rows = ml.Data.CreateTextLoader(new TextLoader.Options { Columns = columns, HasHeader = HasHeader, Separators = [','], AllowQuoting = true }).Load(path);
        IDataView used = Dropped.Length == 0 ? rows : ml.Transforms.DropColumns(Dropped).Fit(rows).Transform(rows);
        return ml.Data.Cache(used);
    }
}
