using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MLExtensions.Trainers.Nets.Convolution;

/// <summary>
/// Runs pictures through a body. Fast on a CPU by four habits, kept here and nowhere else: activations lie channels-last (by strides), each intermediate is disposed as soon as
/// the next operation has it (autograd holds on to what it needs), ReLU and addition work in place, and bfloat16 comes by casts at entry and exit.
/// </summary>
/// <param name="body">The layers.</param>
/// <param name="math">The layers with parameters.</param>
/// <param name="precision">Type of activations between picture and features.</param>
internal sealed class ConvPass(ConvBody body, ILayerMath math, Precision precision) : IDisposable
{
    private readonly Scalar _one = 1;

    /// <summary>From pictures to features.</summary>
    /// <param name="x">[batch, channels, height, width], float32, channels-last; consumed</param>
    /// <param name="observe">Sees the result of every layer of the list; null for nobody.</param>
    /// <returns>[batch, features], float32</returns>
    public Tensor Run(Tensor x, Action<string, Tensor>? observe = null)
    {
        if (precision == Precision.BFloat16)
            x = Replace(x, x.to(bfloat16));
        foreach (LayerSpec layer in body.Layers)
        {
            x = layer switch
            {
                ConvSpec conv => Masked(conv, Activate(Replace(x, math.Convolve(conv, x)), conv.Activation)),
                BlockSpec block => Block(block, x),
                MaxPoolSpec pool => Replace(x, F.max_pool2d(x, pool.Kernel, pool.Stride, pool.Padding)),
                AveragePoolSpec pool => ToVector(Replace(x, F.adaptive_avg_pool2d(x, pool.Grid))),
                FlattenSpec => ToVector(x),
                DenseSpec dense => Activate(Replace(x, math.Multiply(dense, x)), dense.Activation),
                DropoutSpec dropout => Replace(x, math.Drop(dropout, x)),
                _ => throw new NotSupportedException($"No pass through {layer.GetType().Name}."),
            };
            observe?.Invoke(layer.Name, x);
        }

        return x;
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private Tensor Block(BlockSpec block, Tensor x)
    {
        Tensor y = x;
        foreach (ConvSpec conv in block.Branch)
        {
            Tensor next = Activate(math.Convolve(conv, y), conv.Activation);
            if (!ReferenceEquals(conv, block.Branch[^1]))
                next = Masked(conv, next);
            if (!ReferenceEquals(y, x))
                y.Dispose();
            y = next;
        }

        switch (block.Shortcut)
        {
            case ShortcutKind.Identity:
                y = Replace(y, y.add_(x, _one));
                break;
            case ShortcutKind.Projection:
                using (Tensor projected = math.Convolve(block.Projection!, x))
                    y = Replace(y, y.add_(projected, _one));
                break;
            case ShortcutKind.ZerosAtEnd or ShortcutKind.ZerosAround:
                AddWhereNotZero(y, x, block.Shortcut);
                break;
        }

        x.Dispose();
        return Masked(block.Branch[^1], Activate(y, block.Activation));
    }

    private Tensor Masked(ConvSpec layer, Tensor x) => Replace(x, math.Mask(layer, x));

    // Adding to some channels of y spares the zeros that the others would be given.
    private void AddWhereNotZero(Tensor y, Tensor x, ShortcutKind kind)
    {
        long channels = Math.Min(x.shape[1], y.shape[1]); // a narrow net may have dropped the others
        long first = kind == ShortcutKind.ZerosAtEnd ? 0 : (y.shape[1] - channels) / 2;
        using Tensor some = x.narrow(1, 0, channels);
        using Tensor rows = some.slice(2, 0, x.shape[2], 2);
        using Tensor pixels = rows.slice(3, 0, x.shape[3], 2);
        using Tensor part = y.narrow(1, first, channels);
        Replace(part, part.add_(pixels, _one)).Dispose();
    }

    private Tensor ToVector(Tensor x)
    {
        x = Replace(x, x.flatten(1));
        return precision == Precision.BFloat16 ? Replace(x, x.to(float32)) : x;
    }

    private static Tensor Activate(Tensor x, Rectification activation) => activation switch
    {
        Rectification.Relu => Replace(x, x.relu_()),
        Rectification.Relu6 => Replace(x, x.relu6_()),
        _ => x,
    };

    private static Tensor Replace(Tensor old, Tensor now)
    {
        if (!ReferenceEquals(old, now))
            old.Dispose();
        return now;
    }
}
