using MLExtensions.Estimators.Nested;
using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;

namespace MLExtensions;

/// <summary>Options of the Bayesian nested trainers. Nothing has to be set. Without <see cref="NetworkTrainerOptions.Architecture"/> the net is a multi-layer perceptron with 256 and 128 units and batch normalisation.</summary>
public sealed class BayesianNestedNetworkOptions : NetworkTrainerOptions
{
    /// <summary>Into how many groups the units of a hidden layer, or the channels of a convolution, are cut: the steps of the width, 1 to 1,024. A layer of fewer units has one group per unit.</summary>
    /// <value>The default value is 32, the paper's.</value>
    public int Groups { get; set; } = 32;

    /// <summary>Groups that are never dropped, 1 to <see cref="Groups"/>: the narrowest width is FloorGroups / Groups.</summary>
    /// <value>The default value is 2, that of the paper's code.</value>
    public int FloorGroups { get; set; } = 2;

    /// <summary>How units are put in order.</summary>
    /// <value>The default value is <see cref="NestedOrdering.Learned"/>.</value>
    public NestedOrdering Ordering { get; set; } = NestedOrdering.Learned;

    /// <summary>The probability b to go on to the next group at the start (learned ordering) or always (fixed ordering), in [0.007, 0.993].</summary>
    /// <value>The default value is 0.95; the paper's code starts at 0.9526.</value>
    public double InitialContinue { get; set; } = 0.95;

    /// <summary>The same probability π of the prior, in (0, 1).</summary>
    /// <value>The default value is 0.95, that of the paper's code.</value>
    public double PriorContinue { get; set; } = 0.95;

    /// <summary>log α at the start, -8 to <see cref="MaximumLogAlpha"/>: a weight θ has noise of variance α θ².</summary>
    /// <value>The default value is -3: the paper's code starts at -1, with 600 epochs to come down from there. Our choice.</value>
    public double InitialLogAlpha { get; set; } = -3;

    /// <summary>The largest log α, above -8 to 1: beyond 1.03 the divergence falls again.</summary>
    /// <value>The default value is 0.</value>
    public double MaximumLogAlpha { get; set; }

    /// <summary>What the divergence from the prior is multiplied by; 1 is the evidence bound, 0 leaves noise and order to the data alone. At least 0.</summary>
    /// <value>The default value is 1.</value>
    public double KlWeight { get; set; } = 1;

    /// <summary>
    /// Whether the divergence of weights is summed over the inputs of a unit, as in the paper; else their mean is taken, as in its code. The sum is the evidence bound; with
    /// few rows it lets noise win over the data.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool SumWeightKl { get; set; }

    /// <summary>The share of all steps over which <see cref="KlWeight"/> rises from 0, in [0, 1].</summary>
    /// <value>The default value is 0.3, our choice.</value>
    public double KlWarmUp { get; set; } = 0.3;

    /// <summary>τ of the soft masks that the gradient of the order goes through, above 0. Masks themselves are always zeros and ones.</summary>
    /// <value>The default value is 2, that of the paper's code.</value>
    public double Temperature { get; set; } = 2;

    /// <summary>τ at the end of the fit, to which it goes linearly; above 0.</summary>
    /// <value>The default value is <see langword="null"/>: it stays.</value>
    public double? FinalTemperature { get; set; }

    /// <summary>Regression: what is learned about the noise of the label.</summary>
    /// <value>The default value is <see cref="NestedNoise.Constant"/>.</value>
    public NestedNoise Noise { get; set; } = NestedNoise.Constant;

    /// <summary>Classification: weights of whole classes.</summary>
    /// <value>The default value is <see langword="null"/>: every row counts the same.</value>
    public ClassWeights? ClassWeights { get; set; }

    /// <summary>Draws of the weights that the fitted model's scores are averaged over; 0 for the mean weights. <see cref="BayesianNestedTransformer.WithSamples"/> changes it later.</summary>
    /// <value>The default value is 0.</value>
    public int Samples { get; set; }

    /// <summary>Whether the fitted model adds the columns of uncertainty. <see cref="BayesianNestedTransformer.WithUncertainty"/> changes it later.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool UncertaintyColumns { get; set; }

    /// <summary>Training rows from which the statistics of batch normalisation are collected again for every width when the fit is done, at least 2.</summary>
    /// <value>The default value is 4,096.</value>
    public int StatisticsRows { get; set; } = 4096;

    /// <summary>
    /// Whether a temperature (regression: a factor of the noise) is fitted for every width on the validation rows when the fit is done; needs 50 of them. Without it
    /// narrow widths are too cautious.
    /// </summary>
    /// <value>The default value is <see langword="true"/>. Not in the paper.</value>
    public bool CalibrateWidths { get; set; } = true;

    /// <summary>The recipe in force.</summary>
    internal Architecture EffectiveArchitecture => Architecture ?? MLExtensions.Architecture.Mlp([256, 128], normalization: Normalization.Batch);

    internal NestedSettings ToSettings(NetTask task) => new()
    {
        Groups = Ordering == NestedOrdering.None ? 1 : Groups,
        Floor = Ordering == NestedOrdering.None ? 1 : FloorGroups,
        Ordering = Ordering,
        Noise = Noise,
        IsRegression = task == NetTask.Regression,
    };

    internal override void Check(NetTask task, ICollection<string> faults)
    {
        base.Check(task, faults);
        if (Architecture is not null)
            NestedRecipe.Check(Architecture, faults);
        NestedOptionsCheck.Run(this, task, faults);
    }
}
