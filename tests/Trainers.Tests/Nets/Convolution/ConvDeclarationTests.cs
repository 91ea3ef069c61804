using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Nets.Convolution;
using MLExtensions.Trainers.Regularization;

namespace MLExtensions.Trainers.Tests.Nets.Convolution;

/// <summary>What convolutional recipes say of their layers.</summary>
public sealed class ConvDeclarationTests
{
    [Fact]
    public void The_scale_shift_invariant_penalty_takes_what_no_normalisation_follows_and_refuses_ReLU6()
    {
        using var plain = new ConvBench("vgg 11 plain");
        using var normalized = new ConvBench("cifar resnet 8 projection");
        using var mobile = new ConvBench("mobilenet");
        string[] Taken(ConvBench bench) => [.. bench.Net.Parameters.Layout.Parameters.Where(Regularizer.ScaleShiftInvariant().Claims).Select(slot => slot.Name)];

        Assert.Equal(plain.Net.Parameters.Layout.Parameters.Where(slot => slot.Role == ParameterRole.Weight).Select(slot => slot.Name), Taken(plain));
        Assert.Equal(["head.weight"], Taken(normalized));
        Assert.Contains("ReLU6", Assert.Throws<InvalidOperationException>(() => RegularizerSet.CreateHooks([Regularizer.ScaleShiftInvariant()], mobile.Net)).Message, StringComparison.Ordinal);
        Assert.NotEmpty(RegularizerSet.CreateHooks([Regularizer.ScaleShiftInvariant(allowApproximate: true)], mobile.Net));
    }

    [Fact]
    public void Residual_blocks_are_declared_with_their_weights()
    {
        using var bench = new ConvBench("cifar resnet 8 projection");

        IReadOnlyList<ResidualBlock> blocks = bench.Net.Parameters.Layout.ResidualBlocks;

        Assert.Equal(3, blocks.Count);
        Assert.Equal(["layer1.0.conv1.weight", "layer1.0.conv2.weight"], blocks[0].Weights);
        Assert.Equal([null, "layer2.0.downsample.0.weight", "layer3.0.downsample.0.weight"], blocks.Select(block => block.Shortcut));
    }

    [Fact]
    public void Work_and_parameters_are_those_of_the_published_nets()
    {
        // Multiply-adds of a forward pass, from the papers' and torchvision's tables.
        Assert.Equal(1.81e9, Work(Architecture.ResNet(18), 224), 0.02e9);
        Assert.Equal(4.09e9, Work(Architecture.ResNet(50), 224), 0.04e9);
        Assert.Equal(0.30e9, Work(Architecture.MobileNetV2(), 224), 0.01e9);
        Assert.Equal(15.47e9, Work(Architecture.Vgg(16), 224), 0.1e9);
        Assert.Equal(25_557_032, Parameters(Architecture.ResNet(50)));
        Assert.Equal(3_504_872, Parameters(Architecture.MobileNetV2()));
        Assert.Equal(132_868_840 - 2752, Parameters(Architecture.Vgg(11))); // our convolutions have no bias before a normalisation

        double Work(ConvArchitecture recipe, int size)
        {
            ConvBody body = recipe.Describe(InputShape.Image(3, size, size));
            return (body.Work + body.Head(1000).Work) / 2;
        }

        int Parameters(ConvArchitecture recipe) => ParameterLayout.Of(recipe, InputShape.Image(3, 224, 224), 1000).ParameterCount;
    }
}
