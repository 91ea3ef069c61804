using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MLExtensions.Benchmarks.Convolution;

/// <summary>The small net of two convolutions as one writes it in TorchSharp.</summary>
internal sealed class BareSmallNet : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> _conv1;
    private readonly nn.Module<Tensor, Tensor> _norm1;
    private readonly nn.Module<Tensor, Tensor> _conv2;
    private readonly nn.Module<Tensor, Tensor> _norm2;
    private readonly nn.Module<Tensor, Tensor> _fc;

    public BareSmallNet()
        : base("small")
    {
        _conv1 = nn.Conv2d(1, 32, 3, padding: 1);
        _norm1 = nn.BatchNorm2d(32);
        _conv2 = nn.Conv2d(32, 64, 3, padding: 1);
        _norm2 = nn.BatchNorm2d(64);
        _fc = nn.Linear(64 * 14 * 14, 10);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = F.relu(_norm1.forward(_conv1.forward(x)));
        x = F.relu(_norm2.forward(_conv2.forward(x)));
        return _fc.forward(F.max_pool2d(x, 2).flatten(1));
    }
}
