namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>Writes a body layer by layer and follows the shape of the picture through it.</summary>
internal sealed class ConvBodyBuilder(InputShape input)
{
    private readonly List<LayerSpec> _layers = [];
    private BlockScope? _block;
    private int _features; // length of the vector once there is one

    public int Channels { get; private set; } = input.Channels;

    public int Height { get; private set; } = input.Height;

    public int Width { get; private set; } = input.Width;

    /// <summary>By how much the picture has shrunk.</summary>
    public int TotalStride { get; private set; } = 1;

    /// <summary>What torchvision calls the output layer.</summary>
    public string HeadName { get; set; } = "head";

    public void Conv(
        string name, string? norm, int channels, int kernel, int stride = 1, int groups = 1, Rectification activation = Rectification.Relu)
    {
        int padding = (kernel - 1) / 2;
        int inputs = Channels;
        Shrink(kernel, stride, padding);
        Channels = channels;
        Add(new ConvSpec(name, norm, inputs, channels, kernel, stride, groups, activation, (long)Height * Width));
    }

    public void MaxPool(string name, int kernel, int? stride = null, int padding = 0)
    {
        Shrink(kernel, stride ?? kernel, padding);
        Add(new MaxPoolSpec(name, kernel, stride ?? kernel, padding));
    }

    public void AveragePool(string name, int size)
    {
        Add(new AveragePoolSpec(name, size));
        _features = checked(Channels * size * size);
    }

    public void Flatten(string name)
    {
        Add(new FlattenSpec(name));
        _features = checked(Channels * Height * Width);
    }

    public void Dense(string name, int units, Rectification activation)
    {
        Add(new DenseSpec(name, _features, units, activation));
        _features = units;
    }

    public void Dropout(string name, double share)
    {
        if (share > 0)
            Add(new DropoutSpec(name, share));
    }

    /// <summary>Starts a block; what follows until the scope is disposed is its branch.</summary>
    public BlockScope Block(string name, Rectification activation) => _block = new BlockScope(this, name, activation);

    public ConvBody Finish() => new(input, _layers, _features, HeadName);

    private void Shrink(int kernel, int stride, int padding)
    {
        Height = Math.Max(0, Height + (2 * padding) - kernel + stride) / stride;
        Width = Math.Max(0, Width + (2 * padding) - kernel + stride) / stride;
        TotalStride = checked(TotalStride * stride);
    }

    private void Add(LayerSpec layer)
    {
        if (_block is null)
            _layers.Add(layer);
        else
            _block.Branch.Add((ConvSpec)layer);
    }

    /// <summary>A block under construction.</summary>
    internal sealed class BlockScope(ConvBodyBuilder builder, string name, Rectification activation) : IDisposable
    {
        private ShortcutKind _shortcut;
        private ConvSpec? _projection;

        /// <summary>Channels that the block is given.</summary>
        public int InputChannels { get; } = builder.Channels;

        public List<ConvSpec> Branch { get; } = [];

        /// <summary>Says what is added; the names are those of a projection.</summary>
        public void Shortcut(ShortcutKind kind, string projection = "", string norm = "", int stride = 1)
        {
            _shortcut = kind;
            if (kind == ShortcutKind.Projection)
                _projection = new ConvSpec(
                    projection, norm, InputChannels, builder.Channels, 1, stride, 1, Rectification.None, (long)builder.Height * builder.Width);
        }

        public void Dispose()
        {
            builder._block = null;
            builder._layers.Add(new BlockSpec(name, Branch, _shortcut, _projection, activation));
        }
    }
}
