using MLExtensions.Trainers.Nested;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MLExtensions.Trainers.Tests.Nested;

/// <summary>The whole convolutional net with masks after the activations, by plain torch operations in double precision; weights of dropped channels may be anything.</summary>
internal sealed class MaskedConvReference(NestedNetwork network, int step) : ILayerMath
{
    private readonly int[] _units = network.UnitsAt(step);

    public double[] Score(float[] rows)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        ConvBody body = ((ConvArchitecture)network.Architecture).Describe(network.Input);
        using var pass = new ConvPass(body, this, Precision.Float32);
        InputShape input = network.Input;
        Tensor x = HostTensor.Create<float>(rows, CPU).reshape(-1, input.Channels, input.Height, input.Width).to(float64);
        Tensor outputs = Multiply(body.Head(network.OutputWidth), pass.Run(x)).div(network.CalibrationAt(step));
        return outputs.flatten().data<double>().ToArray();
    }

    public Tensor Convolve(ConvSpec layer, Tensor x)
    {
        int mask = network.Plan[layer.Name].Mask, kept = _units[mask];
        Tensor weight = Parameter(layer.Name + ".weight").permute(0, 3, 1, 2);
        Tensor y = F.conv2d(x, weight, null, layer.Strides, layer.Padding);
        if (layer.Norm is not { } norm)
        {
            double[] keep = [.. Enumerable.Range(0, layer.Outputs).Select(unit => network.KeepOf(mask)[network.GroupsOf(mask).ElementOf(unit)])];
            return y.add(Column(Parameter(layer.Name + ".bias"))).mul(Column(tensor(keep)));
        }

        int at = network.StatisticsStart(step);
        foreach (NestedLayer before in network.Plan.Layers.TakeWhile(other => other.Name != layer.Name))
            at += before.Norm is null ? 0 : 2 * _units[before.Mask];
        double[] mean = new double[layer.Outputs], variance = new double[layer.Outputs];
        for (int i = 0; i < kept; i++)
            (mean[i], variance[i]) = (network.Statistics[at + i], network.Statistics[at + kept + i]);
        return y.sub(Column(tensor(mean))).div(Column(tensor(variance).add(ActivationBlock.Epsilon).sqrt())).mul(Column(Parameter(norm + ".scale"))).add(Column(Parameter(norm + ".shift")));
    }

    public Tensor Multiply(DenseSpec layer, Tensor x) => F.linear(x, Parameter(layer.Name + ".weight"), Parameter(layer.Name + ".bias"));

    public Tensor Drop(DropoutSpec layer, Tensor x) => x;

    public Tensor Mask(ConvSpec layer, Tensor x)
    {
        int mask = network.Plan[layer.Name].Mask;
        return x.mul(Column(OrderedMask.MaskOf(layer.Outputs, _units[mask], CPU)));
    }

    private static Tensor Column(Tensor values) => values.to(float64).reshape(1, -1, 1, 1);

    private Tensor Parameter(string name) =>
        HostTensor.Create(network.Parameter(name), CPU).reshape(Array.ConvertAll(network.Layout[name].Shape, size => (long)size)).to(float64);
}
