using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;

namespace MLExtensions.Estimators.Nested;

/// <summary>Checks the options that only nested trainers have.</summary>
internal static class NestedOptionsCheck
{
    public static void Run(BayesianNestedNetworkOptions o, NetTask task, ICollection<string> faults)
    {
        if (o.Groups is < 1 or > NestedSettings.MostGroups)
            faults.Add($"Groups is {o.Groups}; allowed are 1 to {NestedSettings.MostGroups}. 32 is usual.");
        if (o.FloorGroups < 1 || o.FloorGroups > o.Groups)
            faults.Add($"FloorGroups is {o.FloorGroups}; allowed are 1 to Groups ({o.Groups}). 2 of 32 is usual.");
        if (!Enum.IsDefined(o.Ordering))
            faults.Add($"Ordering is {(int)o.Ordering}; allowed are {string.Join(", ", Enum.GetNames<NestedOrdering>())}.");
        if (!Enum.IsDefined(o.Noise))
            faults.Add($"Noise is {(int)o.Noise}; allowed are {string.Join(", ", Enum.GetNames<NestedNoise>())}.");
        Range(o.InitialContinue, nameof(o.InitialContinue), 0.007, 0.993);
        if (!(o.PriorContinue is > 0 and < 1))
            faults.Add($"PriorContinue is {o.PriorContinue}; allowed is above 0 and below 1. 0.95 is usual.");
        Range(o.MaximumLogAlpha, nameof(o.MaximumLogAlpha), NestedPriorHook.LeastLogAlpha, 1);
        Range(o.InitialLogAlpha, nameof(o.InitialLogAlpha), NestedPriorHook.LeastLogAlpha, o.MaximumLogAlpha);
        if (!(o.KlWeight >= 0 && double.IsFinite(o.KlWeight)))
            faults.Add($"KlWeight is {o.KlWeight}; it must be a finite number of at least 0. 1 is the evidence bound.");
        Range(o.KlWarmUp, nameof(o.KlWarmUp), 0, 1);
        if (!(o.Temperature > 0 && double.IsFinite(o.Temperature)))
            faults.Add($"Temperature is {o.Temperature}; it must be a finite number above 0. 2 is usual.");
        if (o.FinalTemperature is { } final && !(final > 0 && double.IsFinite(final)))
            faults.Add($"FinalTemperature is {final}; it must be a finite number above 0. Leave it out for a constant temperature.");
        if (o.Samples is < 0 or > NestedView.MostSamples)
            faults.Add($"Samples is {o.Samples}; allowed are 0 (mean weights) to {NestedView.MostSamples}. 8 is a good number.");
        if (o.StatisticsRows < 2)
            faults.Add($"StatisticsRows is {o.StatisticsRows}; it must be at least 2. 4096 is enough for most data.");
        if (o.Augmentation is not null && o.Architecture is not ConvArchitecture)
            faults.Add("Augmentation is set; this nested net sees plain vectors. Leave it out, or give a convolutional recipe, such as Architecture.ConvNet().");
        if (o.Precision != Precision.Float32)
            faults.Add($"Precision is {o.Precision}; nested nets train and score in Float32, since the noise of narrow weights is lost in fewer digits. Leave it out.");
        if (o.InitialWeights is not null)
            faults.Add($"InitialWeights is '{o.InitialWeights}'; nested nets start from random weights. Leave it out.");
        if (task == NetTask.Regression && o.PretrainingData is not null)
            faults.Add("PretrainingData is for the classification tasks of nested nets; leave it out for regression, or use the NeuralNetwork trainer.");
        o.ClassWeights?.Check(faults);
        if (task == NetTask.Regression && o.ClassWeights is not null)
            faults.Add("ClassWeights are for classification; leave them out for regression.");
        if (task != NetTask.Regression && o.Noise != NestedNoise.Constant)
            faults.Add($"Noise is {o.Noise}; it is for regression. Leave it out for classification.");

        void Range(double value, string name, double least, double most)
        {
            if (!(value >= least && value <= most))
                faults.Add(FormattableString.Invariant($"{name} is {value}; allowed are {least} to {most}."));
        }
    }
}
