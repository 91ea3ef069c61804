namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>The layers of a body with other numbers of channels; what is fully connected keeps its units.</summary>
internal sealed class NarrowedBody
{
    private readonly Queue<int> _channels;
    private int _whole;  // channels, or features, that the next layer has in the whole body
    private int _narrow; // and in the narrow one

    private NarrowedBody(ConvBody body, IReadOnlyList<int> channels)
    {
        _channels = new Queue<int>(channels);
        _whole = _narrow = body.Input.Channels;
    }

    /// <summary>The narrow body.</summary>
    /// <param name="body">The whole one, without channels in groups.</param>
    /// <param name="channels">For every convolution, in the order of its parameters.</param>
    /// <exception cref="InvalidOperationException">The numbers do not go with the body.</exception>
    public static ConvBody Of(ConvBody body, IReadOnlyList<int> channels)
    {
        int expected = body.Weighted.OfType<ConvSpec>().Count();
        if (channels.Count != expected)
            throw new InvalidOperationException($"{channels.Count} numbers of channels for {expected} convolutions.");
        var narrowed = new NarrowedBody(body, channels);
        List<LayerSpec> layers = [.. body.Layers.Select(narrowed.Layer)];
        return new ConvBody(body.Input, layers, narrowed.Features(body.Features), body.HeadName);
    }

    private LayerSpec Layer(LayerSpec layer) => layer switch
    {
        ConvSpec conv => Follow(conv, Conv(conv, _narrow)),
        BlockSpec block => Block(block),
        DenseSpec dense => Dense(dense),
        _ => layer,
    };

    private ConvSpec Conv(ConvSpec conv, int inputs)
    {
        int outputs = _channels.Dequeue();
        if (conv.Groups != 1 || outputs > conv.Outputs)
            throw new InvalidOperationException($"The convolution '{conv.Name}' of {conv.Outputs} channels cannot have {outputs}.");
        return new ConvSpec(conv.Name, conv.Norm, inputs, outputs, conv.Kernel, conv.Stride, conv.Groups, conv.Activation, conv.Places);
    }

    private ConvSpec Follow(ConvSpec whole, ConvSpec narrow)
    {
        (_whole, _narrow) = (whole.Outputs, narrow.Outputs);
        return narrow;
    }

    private BlockSpec Block(BlockSpec block)
    {
        int inputs = _narrow;
        List<ConvSpec> branch = [.. block.Branch.Select(conv => Follow(conv, Conv(conv, _narrow)))];
        ConvSpec? projection = block.Projection is null ? null : Conv(block.Projection, inputs);
        bool fits = block.Shortcut switch
        {
            ShortcutKind.Identity => inputs == _narrow,
            ShortcutKind.Projection => projection!.Outputs == _narrow,
            ShortcutKind.ZerosAtEnd => inputs <= _narrow,
            _ => false,
        };
        return fits ? new BlockSpec(block.Name, branch, block.Shortcut, projection, block.Activation)
            : throw new InvalidOperationException($"Block '{block.Name}' cannot add {inputs} channels to {_narrow}.");
    }

    private DenseSpec Dense(DenseSpec dense)
    {
        DenseSpec narrow = new(dense.Name, Features(dense.Inputs), dense.Outputs, dense.Activation);
        (_whole, _narrow) = (dense.Outputs, dense.Outputs);
        return narrow;
    }

    // A vector lies channel by channel: as many features for each as in the whole body.
    private int Features(int whole) => checked(whole / _whole * _narrow);
}
