using System.Globalization;
using MLExtensions.Trainers.Nets.Convolution;

namespace MLExtensions;

/// <summary>The recipe of a residual net (He et al., 2016), as torchvision builds it; made by <see cref="Architecture.ResNet"/>.</summary>
public sealed record ResNetArchitecture : ConvArchitecture
{
    /// <summary>Makes the recipe; see <see cref="Architecture.ResNet"/>.</summary>
    public ResNetArchitecture(int depth, ImageStem stem, double widthFactor)
    {
        Depth = depth;
        Stem = stem;
        WidthFactor = widthFactor;
    }

    /// <summary>Layers with weights: 18, 34 or 50.</summary>
    public int Depth { get; }

    /// <summary>Which pictures the first layers are made for.</summary>
    public ImageStem Stem { get; }

    /// <summary>What the published numbers of channels are multiplied by.</summary>
    public double WidthFactor { get; }

    private bool Bottleneck => Depth == 50; // three convolutions a block instead of two

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ResNet({Depth}, {Stem}{(WidthFactor == 1 ? "" : $", width {WidthFactor}")})");

    internal override void Check(ICollection<string> faults)
    {
        if (Depth is not (18 or 34 or 50))
            faults.Add($"Architecture.ResNet: depth is {Depth}; allowed are 18, 34 and 50.");
        CheckStem("Architecture.ResNet", Stem, faults);
        CheckWidthFactor("Architecture.ResNet", WidthFactor, faults);
    }

    private protected override void Build(ConvBodyBuilder builder)
    {
        if (IsSmall(Stem, builder))
        {
            builder.Conv("conv1", "bn1", Scaled(64), kernel: 3);
        }
        else
        {
            builder.Conv("conv1", "bn1", Scaled(64), kernel: 7, stride: 2);
            builder.MaxPool("maxpool", kernel: 3, stride: 2, padding: 1);
        }

        int[] blocks = Depth == 18 ? [2, 2, 2, 2] : [3, 4, 6, 3];
        for (int stage = 0; stage < 4; stage++)
            for (int i = 0; i < blocks[stage]; i++)
                Block(builder, $"layer{stage + 1}.{i}", Scaled(64 << stage), stride: stage > 0 && i == 0 ? 2 : 1);
        builder.AveragePool("avgpool", size: 1);
        builder.HeadName = "fc";
    }

    private int Scaled(int channels) => Math.Max(1, (int)Math.Round(channels * WidthFactor));

    private void Block(ConvBodyBuilder builder, string name, int channels, int stride)
    {
        int output = Bottleneck ? 4 * channels : channels;
        using ConvBodyBuilder.BlockScope block = builder.Block(name, Rectification.Relu);
        if (Bottleneck)
        {
            builder.Conv($"{name}.conv1", $"{name}.bn1", channels, kernel: 1);
            builder.Conv($"{name}.conv2", $"{name}.bn2", channels, kernel: 3, stride);
            builder.Conv($"{name}.conv3", $"{name}.bn3", output, kernel: 1, activation: Rectification.None);
        }
        else
        {
            builder.Conv($"{name}.conv1", $"{name}.bn1", channels, kernel: 3, stride);
            builder.Conv($"{name}.conv2", $"{name}.bn2", output, kernel: 3, activation: Rectification.None);
        }

        block.Shortcut(stride == 1 && block.InputChannels == output ? ShortcutKind.Identity : ShortcutKind.Projection, $"{name}.downsample.0", $"{name}.downsample.1", stride);
    }
}
