using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MLExtensions.Benchmarks.Convolution;

/// <summary>ResNet-20 for CIFAR (He et al., 2016, section 4.2, option A) as one writes it in TorchSharp: modules, one after the other.</summary>
internal sealed class BareResNet20 : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> _conv;
    private readonly nn.Module<Tensor, Tensor> _norm;
    private readonly nn.Module<Tensor, Tensor> _body;
    private readonly nn.Module<Tensor, Tensor> _fc;

    public BareResNet20()
        : base("resnet20")
    {
        _conv = nn.Conv2d(3, 16, 3, padding: 1, bias: false);
        _norm = nn.BatchNorm2d(16);
        var blocks = new List<nn.Module<Tensor, Tensor>>();
        int channels = 16;
        foreach (int output in new[] { 16, 32, 64 })
            for (int i = 0; i < 3; i++)
            {
                blocks.Add(new Block(channels, output));
                channels = output;
            }

        _body = nn.Sequential(blocks.ToArray());
        _fc = nn.Linear(64, 10);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = F.relu(_norm.forward(_conv.forward(x)));
        x = _body.forward(x);
        return _fc.forward(F.adaptive_avg_pool2d(x, [1, 1]).flatten(1));
    }

    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _conv1;
        private readonly nn.Module<Tensor, Tensor> _norm1;
        private readonly nn.Module<Tensor, Tensor> _conv2;
        private readonly nn.Module<Tensor, Tensor> _norm2;
        private readonly long _added;

        public Block(int inputs, int outputs)
            : base("block")
        {
            _conv1 = nn.Conv2d(inputs, outputs, 3, stride: outputs == inputs ? 1 : 2, padding: 1, bias: false);
            _norm1 = nn.BatchNorm2d(outputs);
            _conv2 = nn.Conv2d(outputs, outputs, 3, padding: 1, bias: false);
            _norm2 = nn.BatchNorm2d(outputs);
            _added = outputs - inputs;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            Tensor y = F.relu(_norm1.forward(_conv1.forward(x)));
            y = _norm2.forward(_conv2.forward(y));
            Tensor shortcut = _added == 0 ? x : F.pad(x.slice(2, 0, x.shape[2], 2).slice(3, 0, x.shape[3], 2), [0, 0, 0, 0, 0, _added]);
            return F.relu(y + shortcut);
        }
    }
}
