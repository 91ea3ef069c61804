using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nets.Convolution;

/// <summary>A net with statistics that are not those of the start.</summary>
internal sealed class ConvBench : IDisposable
{
    public const int Rows = 8;
    public const int Outputs = 3;

    private readonly DisposeScope _scope;
    private readonly IDisposable _noGrad;
    private readonly IDisposable _threads;

    public ConvBench(string name, Precision precision = Precision.Float32)
    {
        Device device = TestDevices.Get("cpu");
        _threads = TorchThreads.Use(1);
        _scope = NewDisposeScope();
        _noGrad = no_grad();
        (ConvArchitecture recipe, InputShape input) = ConvRecipes.Get(name);
        Net = new ConvNet(recipe, input, Outputs, device, precision);
        Net.Initialize(seed: 7);
        Buffers = Numbers.Uniform(Net.Parameters.Layout.BufferCount, seed: 2, -0.2f, 0.2f);
        foreach (ParameterSlot variance in Net.Parameters.Layout.Buffers.Where(slot => slot.Role == ParameterRole.NormScale))
            Numbers.Uniform(variance.Length, seed: variance.Offset, 0.6f, 1.4f).CopyTo(Buffers, variance.Offset);
        float[] parameters = Net.Parameters.ToArrays().Parameters;
        foreach (ParameterSlot shift in Net.Parameters.Layout.Parameters.Where(slot => slot.Role is ParameterRole.NormShift or ParameterRole.Bias))
            Numbers.Uniform(shift.Length, seed: shift.Offset, -0.1f, 0.3f).CopyTo(parameters, shift.Offset);
        Net.Parameters.Set(parameters, Buffers);
        Features = Numbers.Tensor(device, 3, Rows, input.Length);
    }

    public ConvNet Net { get; }

    public float[] Buffers { get; }

    public Tensor Features { get; }

    /// <summary>Outputs by the description in float64, with what they depend on.</summary>
    public (Tensor Outputs, DoubleLayers Layers, Tensor Features) Exact(bool training)
    {
        using IDisposable grad = enable_grad();
        var layers = new DoubleLayers(Net.Parameters.Layout, Net.Parameters.ToArrays().Parameters, Buffers, training);
        ConvBody body = ((ConvArchitecture)Net.Architecture).Describe(Net.Input);
        using var pass = new ConvPass(body, layers, Precision.Float32);
        Tensor features = Features.to(float64).requires_grad_();
        return (layers.Multiply(body.Head(Outputs), pass.Run(Pictures.ToChannelsLast(features, Net.Input))), layers, features);
    }

    /// <summary>Of one training pass, by the parameters.</summary>
    public float[] Gradient()
    {
        Net.BeginEpoch(seed: 1, epoch: 0);
        Net.Forward(Features, training: true);
        Net.Backward(Numbers.Tensor(CPU, 4, Rows, Outputs));
        return Numbers.ToFloats(Net.Parameters.Gradients);
    }

    public FittedNetwork Fitted(Precision precision) =>
        new(NetTask.Multiclass, Net.Architecture, Net.Input, Outputs, Net.Parameters.ToArrays().Parameters, Buffers, null!) { Precision = precision };

    public void Dispose()
    {
        Net.Dispose();
        _noGrad.Dispose();
        _scope.Dispose();
        _threads.Dispose();
    }
}
