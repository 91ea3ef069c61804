namespace MLExtensions.Trainers.Runtime;

/// <summary>What a random stream is for; part of its address, so that streams never share numbers. Never renumber: resumed fits rely on it.</summary>
internal enum RandomPurpose
{
    /// <summary>Initial weights.</summary>
    Initialization = 1,

    /// <summary>The order of rows in an epoch.</summary>
    Shuffling = 2,

    /// <summary>Dropout masks.</summary>
    Dropout = 3,

    /// <summary>Which rows are set aside for validation.</summary>
    ValidationSplit = 4,

    /// <summary>The order of pre-training rows.</summary>
    PretrainingRows = 20,

    /// <summary>Views of pre-training rows.</summary>
    PretrainingViews = 21,

    /// <summary>Which pre-training rows are selected or looked at.</summary>
    RowSelection = 22,

    /// <summary>Changes of pictures while training.</summary>
    Augmentation = 30,

    /// <summary>Where an attack starts.</summary>
    AttackStart = 41,

    /// <summary>Noise on features.</summary>
    AttackNoise = 42,

    /// <summary>Nested nets: the noise of weights in a training pass.</summary>
    WeightNoise = 50,

    /// <summary>Nested nets: the widths of layers in a training pass.</summary>
    NestedMasks = 51,

    /// <summary>Nested nets: the drawn weights of a view.</summary>
    WeightSamples = 52,
}
