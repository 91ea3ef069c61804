using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Regularization;

/// <summary>Gives every parameter at most one owner, in the order of the list, and makes the hooks.</summary>
internal static class RegularizerSet
{
    /// <summary>The regularisers that a fit uses: those of the options, then the optimiser's own weight decay, or that which comes with weight rescaling.</summary>
    public static IReadOnlyList<Regularizer> Of(IReadOnlyList<Regularizer> chosen, Optimizer optimizer)
    {
        if (optimizer.WeightDecay > 0)
            return [.. chosen, Regularizer.WeightDecay(optimizer.WeightDecay, decoupled: true)];
        bool othersAreFree = chosen.OfType<WeightRescalingRegularizer>().Any()
            && !chosen.Any(regularizer => regularizer is WeightDecayRegularizer or ScaleShiftInvariantRegularizer);
        return othersAreFree ? [.. chosen, Regularizer.WeightDecay(WeightRescalingRegularizer.DecayOfOthers)] : chosen;
    }

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

    /// <summary>Makes the hooks. Weight decay takes what the others leave, wherever it stands in the list; else the first in the list takes.</summary>
    /// <param name="regularizers">The regularisers.</param>
    /// <param name="net">The net.</param>
    /// <param name="slots">The net's parameters as the hooks see them; null for the layout's own.</param>
    /// <exception cref="InvalidOperationException">A regulariser finds no parameter to act on, or does not go with the recipe.</exception>
    public static IReadOnlyList<TrainingHook> CreateHooks(IReadOnlyList<Regularizer> regularizers, Net net, IReadOnlyList<ParameterSlot>? slots = null)
    {
        var free = (slots ?? net.Parameters.Layout.Parameters).ToList();
        var hooks = new List<TrainingHook>();
        foreach (Regularizer regularizer in regularizers.OrderBy(regularizer => regularizer is WeightDecayRegularizer)) // stable
        {
            ParameterSlot[] claimed = [.. free.Where(regularizer.Claims)];
            if (claimed.Length == 0 && regularizer is WeightDecayRegularizer && hooks.Count > 0)
                continue; // the others have taken all
            if (claimed.Length == 0)
                throw new InvalidOperationException(NothingToDo(regularizer, net.Architecture));
            free.RemoveAll(claimed.Contains);
            hooks.Add(regularizer.CreateHook(net, claimed));
        }

        return hooks;
    }

    private static string NothingToDo(Regularizer regularizer, Architecture architecture) => regularizer is WeightRescalingRegularizer
        ? $"Regularizer.WeightRescaling acts on weights that a normalisation follows, and {architecture} has none. "
            + "Add one, as in Architecture.Mlp(widths, normalization: Normalization.Batch), or remove it from Regularization."
        : $"{regularizer} finds no weight to act on in {architecture}. Remove it from Regularization, or choose a recipe that has such weights.";
}
