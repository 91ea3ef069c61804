using MLExtensions.Trainers.Nets.Convolution;

namespace MLExtensions;

/// <summary>The recipe of a slim residual net for small pictures (He et al., 2016, section 4.2); made by <see cref="Architecture.CifarResNet"/>.</summary>
public sealed record CifarResNetArchitecture : ConvArchitecture
{
    /// <summary>Makes the recipe; see <see cref="Architecture.CifarResNet"/>.</summary>
    public CifarResNetArchitecture(int depth, CifarShortcut shortcut)
    {
        Depth = depth;
        Shortcut = shortcut;
    }

    /// <summary>Layers with weights, 6 n + 2.</summary>
    public int Depth { get; }

    /// <summary>How the input passes blocks that change its shape.</summary>
    public CifarShortcut Shortcut { get; }

    /// <inheritdoc/>
    public override string ToString() => $"CifarResNet({Depth}, {Shortcut})";

    internal override void Check(ICollection<string> faults)
    {
        if (Depth is < 8 or > 1202 || Depth % 6 != 2)
            faults.Add($"Architecture.CifarResNet: depth is {Depth}; allowed are 6 n + 2 from 8 to 1202, such as 20, 32 and 56.");
        if (!Enum.IsDefined(Shortcut))
            faults.Add($"Architecture.CifarResNet: shortcut is {(int)Shortcut}; allowed are {string.Join(", ", Enum.GetNames<CifarShortcut>())}.");
    }

    private protected override void Build(ConvBodyBuilder builder)
    {
        builder.Conv("conv1", "bn1", 16, kernel: 3);
        for (int stage = 0; stage < 3; stage++)
            for (int i = 0; i < (Depth - 2) / 6; i++)
                Block(builder, $"layer{stage + 1}.{i}", 16 << stage, stride: stage > 0 && i == 0 ? 2 : 1);
        builder.AveragePool("avgpool", size: 1);
        builder.HeadName = "fc";
    }

    private void Block(ConvBodyBuilder builder, string name, int channels, int stride)
    {
        using ConvBodyBuilder.BlockScope block = builder.Block(name, Rectification.Relu);
        builder.Conv($"{name}.conv1", $"{name}.bn1", channels, kernel: 3, stride);
        builder.Conv($"{name}.conv2", $"{name}.bn2", channels, kernel: 3, activation: Rectification.None);
        ShortcutKind kind = Shortcut switch
        {
            _ when stride == 1 => ShortcutKind.Identity,
            CifarShortcut.ZerosAtEnd => ShortcutKind.ZerosAtEnd,
            CifarShortcut.ZerosAround => ShortcutKind.ZerosAround,
            _ => ShortcutKind.Projection,
        };
        block.Shortcut(kind, $"{name}.downsample.0", $"{name}.downsample.1", stride);
    }
}
