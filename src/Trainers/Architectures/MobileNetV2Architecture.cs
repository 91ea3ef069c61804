using System.Globalization;
using MLExtensions.Trainers.Nets.Convolution;

namespace MLExtensions;

/// <summary>The recipe of a MobileNetV2 (Sandler et al., 2018), as torchvision builds it; made by <see cref="Architecture.MobileNetV2"/>.</summary>
public sealed record MobileNetV2Architecture : ConvArchitecture
{
    /// <summary>Makes the recipe; see <see cref="Architecture.MobileNetV2"/>.</summary>
    public MobileNetV2Architecture(double widthFactor, ImageStem stem, double dropout)
    {
        WidthFactor = widthFactor;
        Stem = stem;
        Dropout = dropout;
    }

    /// <summary>What the published numbers of channels are multiplied by.</summary>
    public double WidthFactor { get; }

    /// <summary>Which pictures it is made for: <see cref="ImageStem.Small"/> takes the strides out of the first convolution and the first halving stage.</summary>
    public ImageStem Stem { get; }

    /// <summary>The share of features that are dropped before the output layer while training.</summary>
    public double Dropout { get; }

    internal override string? ActivationThatIsNotHomogeneous => "ReLU6";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"MobileNetV2(width {WidthFactor}, {Stem}, dropout {Dropout})");

    internal override void Check(ICollection<string> faults)
    {
        CheckWidthFactor("Architecture.MobileNetV2", WidthFactor, faults);
        CheckStem("Architecture.MobileNetV2", Stem, faults);
        if (!(Dropout is >= 0 and < 1))
            faults.Add($"Architecture.MobileNetV2: dropout is {Dropout}; allowed is 0 to below 1. 0 switches it off.");
    }

    private protected override void Build(ConvBodyBuilder builder)
    {
        bool small = IsSmall(Stem, builder);
        builder.Conv("features.0.0", "features.0.1", Scaled(32), kernel: 3, stride: small ? 1 : 2, activation: Rectification.Relu6);
        int place = 1;
        (int Expansion, int Channels, int Blocks, int Stride)[] stages =
            [(1, 16, 1, 1), (6, 24, 2, small ? 1 : 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];
        foreach ((int expansion, int channels, int blocks, int stride) in stages)
            for (int i = 0; i < blocks; i++)
                Block(builder, $"features.{place++}", expansion, Scaled(channels), i == 0 ? stride : 1);
        builder.Conv($"features.{place}.0", $"features.{place}.1", ToEight(1280 * Math.Max(1, WidthFactor)), kernel: 1, activation: Rectification.Relu6);
        builder.AveragePool("avgpool", size: 1);
        builder.Dropout("classifier.0", Dropout);
        builder.HeadName = "classifier.1";
    }

    private static void Block(ConvBodyBuilder builder, string name, int expansion, int channels, int stride)
    {
        using ConvBodyBuilder.BlockScope block = builder.Block(name, Rectification.None);
        int hidden = block.InputChannels * expansion;
        int i = 0;
        if (expansion != 1)
            builder.Conv($"{name}.conv.{i}.0", $"{name}.conv.{i++}.1", hidden, kernel: 1, activation: Rectification.Relu6);
        builder.Conv($"{name}.conv.{i}.0", $"{name}.conv.{i++}.1", hidden, kernel: 3, stride, groups: hidden, activation: Rectification.Relu6);
        builder.Conv($"{name}.conv.{i}", $"{name}.conv.{i + 1}", channels, kernel: 1, activation: Rectification.None);
        block.Shortcut(stride == 1 && block.InputChannels == channels ? ShortcutKind.Identity : ShortcutKind.None);
    }

    private int Scaled(int channels) => ToEight(channels * WidthFactor);

    // Multiples of 8, at least 8, and never below nine tenths of what was asked for, as published.
    private static int ToEight(double channels)
    {
        int rounded = Math.Max(8, (int)(channels + 4) / 8 * 8);
        return rounded < 0.9 * channels ? rounded + 8 : rounded;
    }
}
