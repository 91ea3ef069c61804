using System.Text.Json.Serialization;

namespace MLExtensions;

/// <summary>
/// The recipe of a net: what its layers are, without the sizes of the feature column and of the output, which the data decide. Saved as JSON with the model.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "recipe")]
[JsonDerivedType(typeof(MlpArchitecture), "mlp")]
[JsonDerivedType(typeof(ConvNetArchitecture), "convnet")]
[JsonDerivedType(typeof(ResNetArchitecture), "resnet")]
[JsonDerivedType(typeof(CifarResNetArchitecture), "cifar-resnet")]
[JsonDerivedType(typeof(VggArchitecture), "vgg")]
[JsonDerivedType(typeof(MobileNetV2Architecture), "mobilenet-v2")]
[JsonDerivedType(typeof(NarrowedArchitecture), "narrowed")]
public abstract record Architecture
{
    private protected Architecture()
    {
    }

    /// <summary>A multi-layer perceptron: product, normalisation, activation and dropout per hidden layer, then a linear output layer.</summary>
    /// <param name="widths">Units of each hidden layer, first to last; each at least 1. Empty for a linear model.</param>
    /// <param name="activation">The non-linearity of the hidden layers.</param>
    /// <param name="normalization">What stands between product and activation.</param>
    /// <param name="dropout">The share of hidden units that are dropped while training, in [0, 1).</param>
    /// <param name="weightStandardization">
    /// Whether each row of a hidden layer's weight is standardised, (w − mean) / (deviation + 1e-5), before the product (Qiao et al., arXiv 1903.10520); needs a normalization after it.
    /// </param>
    public static MlpArchitecture Mlp(
        IReadOnlyList<int> widths,
        Activation activation = Activation.Relu,
        Normalization normalization = Normalization.None,
        double dropout = 0,
        bool weightStandardization = false) => new(widths, activation, normalization, dropout, weightStandardization);

    /// <summary>Whether a normalisation follows some weight, so that its scale does not matter; recipes with built-in normalisation leave this.</summary>
    internal virtual bool IsNormalized => true;

    /// <summary>
    /// A plain convolutional net: 3 x 3 convolutions, each with normalisation and ReLU, in stages that end with a 2 x 2 max-pooling; then one linear output layer over all pixels.
    /// </summary>
    /// <param name="stages">Channels of each convolution of each stage; null for one stage of 32 and 64.</param>
    /// <param name="normalization">What stands between convolution and ReLU: none or batch.</param>
    /// <param name="dropout">The share of features that are dropped before the output layer while training, in [0, 1).</param>
    public static ConvNetArchitecture ConvNet(
        IReadOnlyList<IReadOnlyList<int>>? stages = null, Normalization normalization = Normalization.Batch, double dropout = 0) => new(stages ?? [[32, 64]], normalization, dropout);

    /// <summary>A residual net (He et al., 2016), as torchvision builds it: published weights fit.</summary>
    /// <param name="depth">18, 34 (11 and 21 million weights) or 50 (24 million).</param>
    /// <param name="stem">Which pictures its first layers are made for.</param>
    /// <param name="widthFactor">What the published numbers of channels are multiplied by, above 0 to 16.</param>
    public static ResNetArchitecture ResNet(int depth = 18, ImageStem stem = ImageStem.Automatic, double widthFactor = 1) => new(depth, stem, widthFactor);

    /// <summary>A slim residual net for small pictures (He et al., 2016, section 4.2): 16, 32 and 64 channels, 0.27 million weights at depth 20.</summary>
    /// <param name="depth">6 n + 2: 20, 32, 56.</param>
    /// <param name="shortcut">How the input passes blocks that change its shape.</param>
    public static CifarResNetArchitecture CifarResNet(int depth = 20, CifarShortcut shortcut = CifarShortcut.ZerosAtEnd) => new(depth, shortcut);

    /// <summary>A VGG net (Simonyan and Zisserman, 2015), as torchvision builds it: published weights fit at width 1 with <see cref="ImageStem.ImageNet"/>.</summary>
    /// <param name="depth">11, 13 or 16.</param>
    /// <param name="batchNorm">Whether a batch normalisation follows each convolution.</param>
    /// <param name="widthFactor">What the published numbers of channels are multiplied by, above 0 to 16.</param>
    /// <param name="stem">Which pictures it is made for.</param>
    /// <param name="dropout">The share of units that are dropped before each fully connected layer while training, in [0, 1).</param>
    public static VggArchitecture Vgg(
        int depth = 11, bool batchNorm = true, double widthFactor = 1, ImageStem stem = ImageStem.Automatic, double dropout = 0.5) => new(depth, batchNorm, widthFactor, stem, dropout);

    /// <summary>A MobileNetV2 (Sandler et al., 2018), as torchvision builds it: published weights fit at width 1 with <see cref="ImageStem.ImageNet"/>.</summary>
    /// <param name="widthFactor">What the published numbers of channels are multiplied by, above 0 to 16.</param>
    /// <param name="stem">Which pictures it is made for.</param>
    /// <param name="dropout">The share of features that are dropped before the output layer while training, in [0, 1).</param>
    public static MobileNetV2Architecture MobileNetV2(double widthFactor = 1, ImageStem stem = ImageStem.Automatic, double dropout = 0.2) => new(widthFactor, stem, dropout);

    /// <summary>The name of an activation for which f(a x) = a f(x) does not hold for every a &gt; 0; null where all hold.</summary>
    internal virtual string? ActivationThatIsNotHomogeneous => null;

    /// <summary>Adds what is wrong with this recipe to <paramref name="faults"/>, one line each with name, value, allowed range and remedy.</summary>
    internal abstract void Check(ICollection<string> faults);
}
