namespace MLExtensions;

/// <summary>How the learning rate changes over a fit: a factor between 0 and 1 on the options' learning rate, per step.</summary>
public abstract record LearningRateSchedule
{
    private protected LearningRateSchedule()
    {
    }

    /// <summary>The same rate throughout.</summary>
    public static ConstantSchedule Constant() => new();

    /// <summary>Multiplies the rate by <paramref name="factor"/> after every <paramref name="everyEpochs"/> epochs.</summary>
    /// <param name="everyEpochs">At least 1.</param>
    /// <param name="factor">In (0, 1].</param>
    public static StepSchedule Step(int everyEpochs, double factor = 0.1) => new(everyEpochs, factor);

    /// <summary>Rises linearly over the warm-up, then falls along half a cosine to <paramref name="finalFactor"/> (Loshchilov and Hutter, 2017, equation 5, one cycle).</summary>
    /// <param name="warmup">Share of all steps, in [0, 1).</param>
    /// <param name="finalFactor">Factor at the end, in [0, 1].</param>
    public static CosineSchedule Cosine(double warmup = 0.05, double finalFactor = 0) => new(warmup, finalFactor);

    /// <summary>Rises from 1/25 along half a cosine to the full rate, then falls to 1/10,000 of the start (Smith and Topin, 2018).</summary>
    /// <param name="rise">Share of all steps in which the rate rises, in (0, 1).</param>
    public static OneCycleSchedule OneCycle(double rise = 0.3) => new(rise);

    /// <summary>Adds what is wrong with these settings to <paramref name="faults"/>.</summary>
    internal abstract void Check(ICollection<string> faults);

    /// <summary>The factor of a step.</summary>
    /// <param name="progress">Steps done over all steps, in [0, 1).</param>
    /// <param name="epoch">Epochs done.</param>
    internal abstract double Factor(double progress, int epoch);

    /// <summary>Half a cosine from <paramref name="from"/> to <paramref name="to"/>.</summary>
    private protected static double HalfCosine(double from, double to, double position) =>
        to + (from - to) * (1 + Math.Cos(Math.PI * position)) / 2;
}
