using MLExtensions.Trainers.Nets;

namespace MLExtensions.Trainers.Nested;

/// <summary>Which recipes can be nested.</summary>
internal static class NestedRecipe
{
    /// <summary>Adds why a recipe cannot be.</summary>
    public static void Check(Architecture recipe, ICollection<string> faults)
    {
        switch (recipe)
        {
            case MlpArchitecture mlp:
                Check(mlp, faults);
                break;
            case ConvNetArchitecture conv:
                CheckDropout("ConvNet", conv.Dropout, faults);
                break;
            case VggArchitecture vgg:
                CheckDropout("Vgg", vgg.Dropout, faults);
                break;
            case CifarResNetArchitecture resNet:
                if (resNet.Shortcut == CifarShortcut.ZerosAround)
                    faults.Add("Architecture.CifarResNet: shortcut is ZerosAround, which puts the first channels of a stage in the middle of the next. Nested nets take ZerosAtEnd or Projection.");
                break;
            case ResNetArchitecture:
                break;
            default:
                faults.Add($"Architecture: {recipe} cannot be nested. Use Architecture.Mlp, ConvNet, Vgg, ResNet or CifarResNet.");
                break;
        }
    }

    private static void Check(MlpArchitecture mlp, ICollection<string> faults)
    {
        if (mlp.Normalization == Normalization.Layer)
            faults.Add("Architecture.Mlp: normalization is Layer, which mixes kept and dropped units. Nested nets take Normalization.Batch or Normalization.None.");
        CheckDropout("Mlp", mlp.Dropout, faults);
        if (mlp.WeightStandardization)
            faults.Add("Architecture.Mlp: weightStandardization does not go with the drawn weights of a nested net. Leave it out.");
    }

    private static void CheckDropout(string name, double dropout, ICollection<string> faults)
    {
        if (dropout > 0)
            faults.Add(FormattableString.Invariant($"Architecture.{name}: dropout is {dropout}; in a nested net the noise of the weights takes its place. Leave dropout out (dropout: 0)."));
    }
}
