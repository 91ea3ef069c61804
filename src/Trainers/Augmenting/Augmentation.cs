namespace MLExtensions;

/// <summary>
/// How training pictures are changed at random, anew in every epoch, so that a net sees more than there is. It works on whole batches on the device of the net,
/// follows from the seed of the fit, and is off when rows are validated or scored. Every part is off until it is set.
/// </summary>
/// <remarks>Pixels are standardised by channel before: a colour of 0 is the mean of its channel, and 1 is a standard deviation.</remarks>
public sealed record Augmentation
{
    /// <summary>Mirrored in half of the cases, shifted by up to an eighth of a side: what is usual for small pictures (He et al., 2016, section 4.2).</summary>
    public static Augmentation Light { get; } = new() { HorizontalFlip = true, PaddedCrop = 0.125 };

    /// <summary>
    /// Mirrored, cropped to 40 % of the area or more, turned by up to 10 degrees, colours changed, a square of a quarter of the side cut out, mixed in pairs
    /// with α = 0.2. Our choice.
    /// </summary>
    public static Augmentation Strong { get; } = new()
    {
        HorizontalFlip = true,
        ResizedCrop = 0.4,
        Rotation = 10,
        Brightness = 0.2,
        Contrast = 0.2,
        Saturation = 0.2,
        Cutout = 0.25,
        Mixup = 0.2,
    };

    /// <summary>Whether half of the pictures are mirrored, left to right. Not for pictures with writing on them.</summary>
    /// <value>The default value is false.</value>
    public bool HorizontalFlip { get; init; }

    /// <summary>The largest shift sideways and up or down, as a share of the side, in [0, 1); the rim is filled with the pixels of the edge.</summary>
    /// <value>The default value is 0: no shift.</value>
    public double PaddedCrop { get; init; }

    /// <summary>
    /// The least share of the area that is cut out and enlarged to the whole, in (0, 1]; its sides' ratio is drawn from 3 : 4 to 4 : 3 (Szegedy et al., 2015).
    /// </summary>
    /// <value>The default value is 1: no crop.</value>
    public double ResizedCrop { get; init; } = 1;

    /// <summary>The largest turn to either side in degrees, in [0, 180].</summary>
    /// <value>The default value is 0.</value>
    public double Rotation { get; init; }

    /// <summary>The largest change of brightness, in standard deviations of the pixels, in [0, 5].</summary>
    /// <value>The default value is 0.</value>
    public double Brightness { get; init; }

    /// <summary>The largest relative change of the distance from a picture's mean, in [0, 1].</summary>
    /// <value>The default value is 0.</value>
    public double Contrast { get; init; }

    /// <summary>The largest relative change of the distance from grey, in [0, 1]. No effect on grey pictures.</summary>
    /// <value>The default value is 0.</value>
    public double Saturation { get; init; }

    /// <summary>
    /// The side of a square that is replaced by the mean colour, as a share of the smaller side, in [0, 1); its centre is anywhere in the picture (DeVries and
    /// Taylor, arXiv 1708.04552).
    /// </summary>
    /// <value>The default value is 0.</value>
    public double Cutout { get; init; }

    /// <summary>
    /// α of Beta(α, α), from which the share λ of a step is drawn: each picture becomes λ of itself and 1 - λ of another, and the loss that of both labels in
    /// these shares (Zhang et al., arXiv 1710.09412). At least 0.
    /// </summary>
    /// <value>The default value is 0: no mixing.</value>
    public double Mixup { get; init; }

    /// <summary>Whether pixels move by other than whole steps.</summary>
    internal bool Resamples => ResizedCrop < 1 || Rotation > 0;

    /// <summary>Whether colours change.</summary>
    internal bool Colours => Brightness > 0 || Contrast > 0 || Saturation > 0;

    internal void Check(ICollection<string> faults)
    {
        Range(nameof(PaddedCrop), PaddedCrop, PaddedCrop is >= 0 and < 1, "0 to below 1");
        Range(nameof(ResizedCrop), ResizedCrop, ResizedCrop is > 0 and <= 1, "above 0 to 1, where 1 switches it off");
        Range(nameof(Rotation), Rotation, Rotation is >= 0 and <= 180, "0 to 180 degrees");
        Range(nameof(Brightness), Brightness, Brightness is >= 0 and <= 5, "0 to 5 standard deviations");
        Range(nameof(Contrast), Contrast, Contrast is >= 0 and <= 1, "0 to 1");
        Range(nameof(Saturation), Saturation, Saturation is >= 0 and <= 1, "0 to 1");
        Range(nameof(Cutout), Cutout, Cutout is >= 0 and < 1, "0 to below 1");
        Range(nameof(Mixup), Mixup, Mixup >= 0 && double.IsFinite(Mixup), "0 or more");
        if (PaddedCrop > 0 && ResizedCrop < 1)
            faults.Add($"Augmentation: PaddedCrop ({PaddedCrop}) and ResizedCrop ({ResizedCrop}) both move the picture; give one of them.");

        void Range(string name, double value, bool fits, string allowed)
        {
            if (!fits)
                faults.Add($"Augmentation.{name} is {value}; allowed is {allowed}.");
        }
    }
}
