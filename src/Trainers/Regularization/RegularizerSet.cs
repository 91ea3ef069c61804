using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Regularization;

/// <summary>Gives every parameter at most one owner, in the order of the list, and makes the hooks.</summary>
internal static class RegularizerSet
{
    /// <summary>The regularisers that a fit uses: those of the options, then the optimiser's own weight decay, or that which comes with weight rescaling.</summary>
    public static IReadOnlyList<Regularizer> Of(IReadOnlyList<Regularizer> chosen, Optimizer optimizer)
    {
        if (optimizer.DecayRatio != 1)
            chosen = [.. chosen.Select(regularizer => regularizer is WeightDecayRegularizer { Decoupled: true } decay ? decay with { InvariantRatio = optimizer.DecayRatio } : regularizer)];
        if (optimizer.WeightDecay > 0)
            return [.. chosen, Regularizer.WeightDecay(optimizer.WeightDecay, decoupled: true) with { InvariantRatio = optimizer.DecayRatio }];
        bool othersAreFree = chosen.OfType<WeightRescalingRegularizer>().Any()
            && !chosen.Any(regularizer => regularizer is WeightDecayRegularizer or ScaleShiftInvariantRegularizer);
        return othersAreFree ? [.. chosen, Regularizer.WeightDecay(WeightRescalingRegularizer.DecayOfOthers)] : chosen;
    }

    /// <summary>Adds what is wrong with the list, and with its use on a recipe, to <paramref name="faults"/>.</summary>
    public static void Check(IReadOnlyList<Regularizer> regularizers, Optimizer optimizer, Architecture? architecture, ICollection<string> faults)
    {
        foreach (Regularizer regularizer in regularizers)
        {
            regularizer.Check(faults);
            if (architecture is not null && regularizer.Objection(architecture) is { } objection)
                faults.Add(objection);
        }

        if (regularizers.OfType<AdversarialTrainingRegularizer>().Count() > 1)
            faults.Add("Regularization: Regularizer.AdversarialTraining is given more than once, and the rows can be replaced only once. Keep one of them.");
        int decays = regularizers.OfType<WeightDecayRegularizer>().Count();
        if (decays > 1 || (decays == 1 && optimizer.WeightDecay > 0))
            faults.Add("Regularization: weight decay is given more than once (Optimizer.AdamW brings its own, as do AdamP and SgdP when asked); each weight has one owner. "
                + "Keep one Regularizer.WeightDecay, and use an optimiser without weight decay with it.");
    }

    /// <summary>Makes the hooks. Weight decay takes what the others leave, wherever it stands in the list; else the first in the list takes.</summary>
    /// <param name="regularizers">The list.</param>
    /// <param name="net">The net with its initial weights.</param>
    /// <param name="slots">The net's parameters as the hooks see them; null for the layout's own.</param>
    /// <param name="warn">Takes what a user should know.</param>
    /// <exception cref="InvalidOperationException">A regulariser finds no parameter to act on, or does not go with the recipe.</exception>
    public static IReadOnlyList<TrainingHook> CreateHooks(
        IReadOnlyList<Regularizer> regularizers, Net net, IReadOnlyList<ParameterSlot>? slots = null, Action<string>? warn = null)
    {
        var free = (slots ?? net.Parameters.Layout.Parameters).ToList();
        var hooks = new List<TrainingHook>();
        foreach (Regularizer regularizer in regularizers.OrderBy(regularizer => regularizer is WeightDecayRegularizer)) // stable
        {
            if (regularizer.Objection(net.Architecture) is { } objection)
                throw new InvalidOperationException(objection);
            ParameterSlot[] claimed = [.. free.Where(regularizer.Claims)];
            if (claimed.Length == 0 && regularizer is WeightDecayRegularizer && hooks.Count > 0)
                continue; // the others have taken all
            if (claimed.Length == 0 && regularizer.ActsOnWeights)
                throw new InvalidOperationException($"{regularizer} finds no weight to act on in {net.Architecture}. Remove it from Regularization, or choose a recipe that has such weights.");
            if (regularizer.Warning(claimed, net.Parameters.Layout) is { } warning)
                warn?.Invoke(warning);
            free.RemoveAll(claimed.Contains);
            hooks.Add(regularizer.CreateHook(net, claimed));
        }

        return hooks;
    }
}
