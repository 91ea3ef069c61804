namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>Averages over a grid of <paramref name="Size"/> x <paramref name="Size"/> windows of about equal size, whatever the picture's; then one vector per row, channel by channel.</summary>
internal sealed record AveragePoolSpec(string Name, int Size) : LayerSpec(Name)
{
    /// <summary>The grid, as torch wants it.</summary>
    public long[] Grid { get; } = [Size, Size];
}
