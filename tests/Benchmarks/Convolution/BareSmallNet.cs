using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MLExtensions.Benchmarks.Convolution;

/// <summary>The small net of two convolutions as one writes it in TorchSharp.</summary>
internal sealed class BareSmallNet : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> conv1;
    private readonly nn.Module<Tensor, Tensor> norm1;
    private readonly nn.Module<Tensor, Tensor> conv2;
    private readonly nn.Module<Tensor, Tensor> norm2;
    private readonly nn.Module<Tensor, Tensor> fc;

    public BareSmallNet()
        : base("small")
    {
        conv1 = nn.Conv2d(1, 32, 3, padding: 1);
        norm1 = nn.BatchNorm2d(32);
        conv2 = nn.Conv2d(32, 64, 3, padding: 1);
        norm2 = nn.BatchNorm2d(64);
        fc = nn.Linear(64 * 14 * 14, 10);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = F.relu(norm1.forward(conv1.forward(x)));
        x = F.relu(norm2.forward(conv2.forward(x)));
        return fc.forward(F.max_pool2d(x, 2).flatten(1));
    }
}
