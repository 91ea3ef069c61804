using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Regularization;

/// <summary>Gives every parameter at most one owner, in the order of the list, and makes the hooks.</summary>
internal static class RegularizerSet
{
    /// <summary>The regularisers that a fit uses: those of the options, then the optimiser's own weight decay.</summary>
    public static IReadOnlyList<Regularizer> Of(IReadOnlyList<Regularizer> chosen, Optimizer optimizer) =>
        optimizer.WeightDecay > 0 ? [.. chosen, Regularizer.WeightDecay(optimizer.WeightDecay, decoupled: true)] : chosen;

    /// <summary>Adds what is wrong with the list to <paramref name="faults"/>.</summary>
    public static void Check(IReadOnlyList<Regularizer> regularizers, Optimizer optimizer, ICollection<string> faults)
    {
        foreach (Regularizer regularizer in regularizers)
            regularizer.Check(faults);
        int decays = regularizers.OfType<WeightDecayRegularizer>().Count();
        if (decays > 1 || (decays == 1 && optimizer.WeightDecay > 0))
            faults.Add("Regularization: weight decay is given more than once (Optimizer.AdamW brings its own); each weight has one owner. "
                + "Keep one Regularizer.WeightDecay, and use Optimizer.Adam with it.");
    }

    /// <summary>Makes the hooks, in the order of the list.</summary>
    /// <exception cref="InvalidOperationException">A regulariser finds no parameter to act on.</exception>
    public static IReadOnlyList<TrainingHook> CreateHooks(IReadOnlyList<Regularizer> regularizers, Net net)
    {
        var free = net.Parameters.Layout.Parameters.ToList();
        var hooks = new List<TrainingHook>();
        foreach (Regularizer regularizer in regularizers)
        {
            ParameterSlot[] claimed = [.. free.Where(regularizer.Claims)];
            if (claimed.Length == 0)
                throw new InvalidOperationException(
                    $"{regularizer} finds no weight to act on in {net.Architecture}. Remove it from Regularization, or choose a recipe that has such weights.");
            free.RemoveAll(claimed.Contains);
            hooks.Add(regularizer.CreateHook(net.Parameters, claimed));
        }

        return hooks;
    }
}
