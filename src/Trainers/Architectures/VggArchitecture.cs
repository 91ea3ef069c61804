using System.Globalization;
using MLExtensions.Trainers.Nets.Convolution;

namespace MLExtensions;

/// <summary>The recipe of a VGG net (Simonyan and Zisserman, 2015), as torchvision builds it; made by <see cref="Architecture.Vgg"/>.</summary>
public sealed record VggArchitecture : ConvArchitecture
{
    private const int Pool = 0;

    /// <summary>Makes the recipe; see <see cref="Architecture.Vgg"/>.</summary>
    public VggArchitecture(int depth, bool batchNorm, double widthFactor, ImageStem stem, double dropout)
    {
        Depth = depth;
        BatchNorm = batchNorm;
        WidthFactor = widthFactor;
        Stem = stem;
        Dropout = dropout;
    }

    /// <summary>Layers with weights as published: 11, 13 or 16.</summary>
    public int Depth { get; }

    /// <summary>Whether a batch normalisation follows each convolution.</summary>
    public bool BatchNorm { get; }

    /// <summary>What the published numbers of channels are multiplied by.</summary>
    public double WidthFactor { get; }

    /// <summary>Which pictures it is made for: <see cref="ImageStem.Small"/> averages the last convolution instead of two layers of 4,096 units.</summary>
    public ImageStem Stem { get; }

    /// <summary>The share of units that are dropped before each fully connected layer while training.</summary>
    public double Dropout { get; }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"Vgg({Depth}, {(BatchNorm ? "batch norm" : "no batch norm")}, width {WidthFactor}, {Stem}, dropout {Dropout})");

    internal override bool IsNormalized => BatchNorm;

    internal override void Check(ICollection<string> faults)
    {
        if (Depth is not (11 or 13 or 16))
            faults.Add($"Architecture.Vgg: depth is {Depth}; allowed are 11, 13 and 16.");
        CheckWidthFactor("Architecture.Vgg", WidthFactor, faults);
        CheckStem("Architecture.Vgg", Stem, faults);
        if (!(Dropout is >= 0 and < 1))
            faults.Add($"Architecture.Vgg: dropout is {Dropout}; allowed is 0 to below 1. 0 switches it off.");
    }

    private protected override void Build(ConvBodyBuilder builder)
    {
        bool small = IsSmall(Stem, builder);
        int[] plan = Depth switch
        {
            11 => [64, Pool, 128, Pool, 256, 256, Pool, 512, 512, Pool, 512, 512, Pool],
            13 => [64, 64, Pool, 128, 128, Pool, 256, 256, Pool, 512, 512, Pool, 512, 512, Pool],
            _ => [64, 64, Pool, 128, 128, Pool, 256, 256, 256, Pool, 512, 512, 512, Pool, 512, 512, 512, Pool],
        };
        if (small)
            plan = plan[..^1]; // the average takes the place of the last pooling, so that 28 x 28 pixels are enough
        int place = 0; // torchvision numbers convolutions, normalisations, ReLUs and poolings in one sequence
        foreach (int channels in plan)
        {
            if (channels == Pool)
            {
                builder.MaxPool($"features.{place++}", kernel: 2);
                continue;
            }

            builder.Conv($"features.{place}", BatchNorm ? $"features.{place + 1}" : null, Scaled(channels), kernel: 3);
            place += BatchNorm ? 3 : 2;
        }

        builder.AveragePool("avgpool", size: small ? 1 : 7);
        if (!small)
        {
            builder.Dense("classifier.0", Scaled(4096), Rectification.Relu);
            builder.Dropout("classifier.2", Dropout);
            builder.Dense("classifier.3", Scaled(4096), Rectification.Relu);
        }

        builder.Dropout("classifier.5", Dropout);
        builder.HeadName = "classifier.6";
    }

    private int Scaled(int channels) => Math.Max(1, (int)Math.Round(channels * WidthFactor));
}
