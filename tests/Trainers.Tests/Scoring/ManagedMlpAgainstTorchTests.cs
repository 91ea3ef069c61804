using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Trainers.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Trainers.Tests.Scoring;

public sealed class ManagedMlpAgainstTorchTests
{
    [Theory]
    [MemberData(nameof(ManagedMlpTests.Recipes), MemberType = typeof(ManagedMlpTests))]
    public void Scores_equal_those_of_torchs_own_layers(Activation activation, Normalization normalization)
    {
        NativeTorch.EnsureLoaded();
        FittedNetwork net = Nets.Random(Architecture.Mlp([70, 33], activation, normalization), 21, 4, 11);
        float[] rows = Nets.Rows(9, 21, 12), scores = new float[9 * 4];
        ManagedMlp.Create(net).Score(rows, 9, scores);

        float[] expected = ByTorch(net, (MlpArchitecture)net.Architecture, rows);

        for (int i = 0; i < scores.Length; i++)
            Assert.Equal(expected[i], scores[i], 2e-5f);
    }

    private static float[] ByTorch(FittedNetwork net, MlpArchitecture mlp, float[] rows)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        ParameterLayout layout = ParameterLayout.Of(mlp, net.InputWidth, net.OutputWidth);
        Tensor x = tensor(rows).reshape(-1, net.InputWidth);
        for (int i = 0; i < mlp.Widths.Count; i++)
        {
            string name = $"layers.{i}";
            x = nn.functional.linear(x, Of($"{name}.weight"), mlp.Normalization == Normalization.None ? Of($"{name}.bias") : null);
            if (mlp.Normalization == Normalization.Batch)
                x = nn.functional.batch_norm(
                    x, Of($"{name}.norm.mean"), Of($"{name}.norm.variance"), Of($"{name}.norm.scale"), Of($"{name}.norm.shift"), training: false);
            if (mlp.Normalization == Normalization.Layer)
                x = nn.functional.layer_norm(x, [mlp.Widths[i]], Of($"{name}.norm.scale"), Of($"{name}.norm.shift"), 1e-5);
            x = mlp.Activation switch
            {
                Activation.Relu => nn.functional.relu(x),
                Activation.LeakyRelu => nn.functional.leaky_relu(x, 0.01),
                Activation.Gelu => nn.functional.gelu(x),
                Activation.Silu => nn.functional.silu(x),
                Activation.Tanh => x.tanh(),
                _ => x,
            };
        }

        return nn.functional.linear(x, Of("head.weight"), Of("head.bias")).data<float>().ToArray();

        Tensor Of(string name)
        {
            bool statistic = name.EndsWith("mean", StringComparison.Ordinal) || name.EndsWith("variance", StringComparison.Ordinal);
            float[] home = statistic ? net.Buffers : net.Parameters;
            return tensor(home.AsSpan(layout[name].Offset, layout[name].Length).ToArray()).reshape([.. layout[name].Shape.Select(size => (long)size)]);
        }
    }
}
