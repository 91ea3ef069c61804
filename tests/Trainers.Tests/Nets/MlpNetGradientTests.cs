using MLExtensions.Trainers.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Nets;

/// <summary>The net's own backward pass against torch's autograd on the same function written plainly.</summary>
public sealed class MlpNetGradientTests
{
    public static TheoryData<Activation, Normalization> Layers
    {
        get
        {
            var data = new TheoryData<Activation, Normalization>();
            foreach (Activation activation in Enum.GetValues<Activation>())
                foreach (Normalization normalization in Enum.GetValues<Normalization>())
                    data.Add(activation, normalization);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Gradients_equal_those_of_autograd(Activation activation, Normalization normalization)
    {
        Device device = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using Net net = Net.Create(Architecture.Mlp([7, 5], activation, normalization), 4, 3, device);
        net.Initialize(seed: 11);
        Tensor x = Numbers.Tensor(device, 1, 6, 4);
        Tensor outputGradient = Numbers.Tensor(device, 2, 6, 3);

        Tensor outputs;
        using (no_grad())
        {
            outputs = net.Forward(x, training: true);
            net.Backward(outputGradient.clone());
        }

        Tensor values = net.Parameters.Values.detach().clone().requires_grad_();
        Tensor plain = Plain(x, values, net.Parameters.Layout, (MlpArchitecture)net.Architecture);
        plain.backward([outputGradient]);

        AssertClose(plain, outputs);
        AssertClose(values.grad!, net.Parameters.Gradients);
    }

    [Fact]
    public void A_second_pass_overwrites_the_gradient_of_the_first()
    {
        Device device = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(Architecture.Mlp([6], Activation.Gelu, Normalization.Batch), 4, 2, device);
        net.Initialize(seed: 3);
        Tensor x = Numbers.Tensor(device, 1, 5, 4);
        Tensor outputGradient = Numbers.Tensor(device, 2, 5, 2);
        net.Forward(x, training: true);
        net.Backward(outputGradient.clone());
        double[] first = Numbers.ToDoubles(net.Parameters.Gradients);

        net.Forward(x, training: true);
        net.Backward(outputGradient.clone());

        Assert.Equal(first, Numbers.ToDoubles(net.Parameters.Gradients));
    }

    [Fact]
    public void Batch_statistics_enter_the_running_ones_with_momentum_a_tenth()
    {
        Device device = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(Architecture.Mlp([2], Activation.Identity, Normalization.Batch), 2, 1, device);
        net.Initialize(seed: 3);
        float[] parameters = net.Parameters.ToArrays().Parameters;
        new float[] { 1, 0, 0, 1 }.CopyTo(parameters, 0); // the first weight is the identity
        net.Parameters.Set(parameters, net.Parameters.ToArrays().Buffers);

        net.Forward(tensor(new float[] { 1, 10, 3, 30 }).reshape(2, 2), training: true);

        // means 2 and 20, unbiased variances 2 and 200
        float[] buffers = net.Parameters.ToArrays().Buffers;
        Assert.Equal([0.2f, 2f, 0.9f + 0.2f, 0.9f + 20f], buffers);
    }

    [Fact]
    public void Dropout_drops_its_share_keeps_the_mean_and_is_off_when_scoring()
    {
        Device device = TestDevices.Get("cpu");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Net net = Net.Create(Architecture.Mlp([2000], Activation.Identity, dropout: 0.25), 1, 1, device);
        var parameters = new float[net.Parameters.Layout.ParameterCount];
        Array.Fill(parameters, 1f, 0, 4000); // weights 1: the output counts the kept units
        net.Parameters.Set(parameters, []);
        net.BeginEpoch(seed: 5, epoch: 0);
        Tensor x = ones(1, 1);

        double first = net.Forward(x, training: true).item<float>();
        double second = net.Forward(x, training: true).item<float>();
        net.BeginEpoch(seed: 5, epoch: 0);
        double again = net.Forward(x, training: true).item<float>();

        Assert.Equal(first, again);
        Assert.NotEqual(first, second);
        Assert.InRange(first * 0.75, 1400, 1600); // 1500 kept units expected, deviation 19
        Assert.Equal(2000, net.Forward(x, training: false).item<float>());
    }

    private static Tensor Plain(Tensor x, Tensor values, ParameterLayout layout, MlpArchitecture recipe)
    {
        Tensor Of(string name)
        {
            ParameterSlot slot = layout[name];
            return values.narrow(0, slot.Offset, slot.Length).reshape(Array.ConvertAll(slot.Shape, size => (long)size));
        }

        Tensor y = x;
        for (int i = 0; i < recipe.Widths.Count; i++)
        {
            y = y.matmul(Of($"layers.{i}.weight").t());
            if (recipe.Normalization == Normalization.None)
                y = y + Of($"layers.{i}.bias");
            else
            {
                long dimension = recipe.Normalization == Normalization.Batch ? 0 : 1;
                Tensor centred = y - y.mean([dimension], keepdim: true);
                Tensor variance = (centred * centred).mean([dimension], keepdim: true);
                y = centred / (variance + tensor(1e-5f)).sqrt() * Of($"layers.{i}.norm.scale") + Of($"layers.{i}.norm.shift");
            }

            y = recipe.Activation switch
            {
                Activation.Relu => y.relu(),
                Activation.LeakyRelu => where(y > tensor(0f), y, y * tensor(0.01f)),
                Activation.Gelu => y * (tensor(1f) + (y / tensor(MathF.Sqrt(2))).erf()) * tensor(0.5f),
                Activation.Silu => y * y.sigmoid(),
                Activation.Tanh => y.tanh(),
                _ => y,
            };
        }

        return y.matmul(Of("head.weight").t()) + Of("head.bias");
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        double[] e = Numbers.ToDoubles(expected);
        double[] a = Numbers.ToDoubles(actual);
        Assert.Equal(e.Length, a.Length);
        double size = e.Max(Math.Abs);
        Assert.True(size > 0);
        for (int i = 0; i < e.Length; i++)
            Assert.Equal(e[i], a[i], 2e-5 * Math.Max(1, size));
    }
}
