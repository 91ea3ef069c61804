using MLExtensions.Trainers.Transport;
using static MLExtensions.Trainers.Tests.Transport.TransportGen;

namespace MLExtensions.Trainers.Tests.Transport;

/// <summary>The torch passes, on the CPU and on CUDA where there is a device, against the vector code.</summary>
public sealed class TorchTransportTests
{
    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Torch_gives_the_plan_of_the_vector_code(string device)
    {
        var torch = new TorchTarget(TestDevices.Get(device));
        foreach (TransportCostKind kind in (TransportCostKind[])[TransportCostKind.Cosine, TransportCostKind.SquaredEuclidean, TransportCostKind.Euclidean, TransportCostKind.Matrix])
            foreach (TransportReference reference in Enum.GetValues<TransportReference>())
            {
                TransportGeometry geometry = kind == TransportCostKind.Matrix
                    ? TransportGeometry.FromCosts((ReadOnlyMemory<float>)Numbers.Uniform(30 * 47, 5, 0, 2), 30, 47)
                    : Geometry(kind, Points(30, 9, 1), Points(47, 9, 2));
                double[] weights = Array.ConvertAll(Numbers.Uniform(30, 3, 0.1f, 1), w => (double)w);
                weights[4] = 0;
                var problem = new TransportProblem { Geometry = geometry, SourceWeights = weights, Epsilon = 0.05, RhoSource = 0.5, RhoTarget = 20, Reference = reference };
                TransportResult expected = Solve(problem);
                TransportResult wide = UnbalancedTransport.Solve(problem, new TransportOptions { Precision = TransportPrecision.Double, Tolerance = 1e-11 }, torch);
                TransportResult single = UnbalancedTransport.Solve(problem, new TransportOptions { Precision = TransportPrecision.Single, Tolerance = 1e-5 }, torch);
                AssertClose(expected.SourceMass, wide.SourceMass, 1e-9);
                AssertClose(expected.TargetMass, wide.TargetMass, 1e-9);
                AssertClose(expected.SourceMass, single.SourceMass, 1e-4);
                Assert.Equal(expected.Objective, wide.Objective, 1e-9 * Math.Abs(expected.Objective));
                Assert.Equal($"torch {device}", wide.Method.Device.Replace("cuda:0", device, StringComparison.Ordinal));
            }
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void No_tensor_is_left(string device)
    {
        var torch = new TorchTarget(TestDevices.Get(device));
        var problem = new TransportProblem { Geometry = Geometry(TransportCostKind.Euclidean, Points(20, 4, 1), Points(10, 4, 2)), RhoTarget = 0 };
        using TorchSharp.DisposeScope scope = TorchSharp.torch.NewDisposeScope();
        Assert.Equal(1e-9, UnbalancedTransport.Solve(problem, new TransportOptions { Precision = TransportPrecision.Double, Tolerance = 1e-12 }, torch).SourceMass.Sum() - Solve(problem).Mass, 1e-8);
        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public void A_missing_device_is_one_message()
    {
        TestDevices.Get("cpu");
        if (TorchSharp.torch.cuda.is_available())
            return;
        var problem = new TransportProblem { Geometry = Geometry(TransportCostKind.Euclidean, Points(20, 4, 1), Points(10, 4, 2)) };
        Assert.Contains("no CUDA device", Assert.Throws<InvalidOperationException>(
            () => UnbalancedTransport.Solve(problem, new TransportOptions { GpuDeviceId = 0 })).Message, StringComparison.Ordinal);
    }
}
