using MLExtensions.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLExtensions.Benchmarks.Transport;

/// <summary>
/// POT's sinkhorn_unbalanced written plainly in torch: the whole cost matrix, the whole kernel, two products per iteration, its rule to stop at 1e-6.
/// </summary>
internal static class PlainTransport
{
    /// <summary>Squared distances over the width, weights 1/n and 1/m, reference a b'.</summary>
    public static (double Objective, int Iterations, double[] RowMass) SquaredEuclidean(float[] x, float[] y, int width, double epsilon, double rho, ScalarType type)
    {
        using IDisposable scope = NewDisposeScope();
        using Scalar two = -2.0, scale = 1.0 / width;
        Tensor source = Points(x, width, type), target = Points(y, width, type);
        Tensor cost = source.mul(source).sum(1, keepdim: true).add(target.mul(target).sum(1, keepdim: true).t())
            .add(source.mm(target.t()).mul(two)).mul(scale);
        Tensor a = Constant(source.shape[0], 1.0 / source.shape[0], type), b = Constant(target.shape[0], 1.0 / target.shape[0], type);
        return Solve(cost, a, b, a.unsqueeze(1).mul(b.unsqueeze(0)), epsilon, rho, rho);
    }

    /// <summary>The official class selection: cosine over 0.1, ones, ε 1, ρ 1 and 100.</summary>
    public static (double Objective, int Iterations, double[] RowMass) Official(float[] x, float[] y, int width, ScalarType type)
    {
        using IDisposable scope = NewDisposeScope();
        using Scalar minus = -10.0, ten = 10.0;
        Tensor source = Points(x, width, type), target = Points(y, width, type);
        source = source.div(source.mul(source).sum(1, keepdim: true).sqrt());
        target = target.div(target.mul(target).sum(1, keepdim: true).sqrt());
        Tensor cost = source.mm(target.t()).mul(minus).add(ten);
        return Solve(cost, Constant(source.shape[0], 1, type), Constant(target.shape[0], 1, type), null, 1, 1, 100);
    }

    private static (double Objective, int Iterations, double[] RowMass) Solve(
        Tensor cost, Tensor a, Tensor b, Tensor? reference, double epsilon, double rhoSource, double rhoTarget)
    {
        using Scalar slope = -1 / epsilon, phiSource = rhoSource / (rhoSource + epsilon), phiTarget = rhoTarget / (rhoTarget + epsilon);
        Tensor kernel = cost.mul(slope).exp();
        if (reference is not null)
            kernel = kernel.mul(reference);
        Tensor u = Constant(a.shape[0], 1.0 / a.shape[0], a.dtype), v = Constant(b.shape[0], 1.0 / b.shape[0], b.dtype), transposed = kernel.t();
        int iteration = 0;
        for (double error = 1; error > 1e-6 && iteration < 1000; iteration++)
        {
            using IDisposable scope = NewDisposeScope();
            Tensor nextU = a.div(kernel.mv(v)).pow(phiSource);
            Tensor nextV = b.div(transposed.mv(nextU)).pow(phiTarget);
            error = (Change(u, nextU) + Change(v, nextV)) / 2;
            (u, v) = (nextU.MoveToOuterDisposeScope(), nextV.MoveToOuterDisposeScope());
        }

        Tensor rows = u.mul(kernel.mv(v)), columns = v.mul(transposed.mv(u));
        // Σ P M + ε Σ P log (P / R) = Σ P ε (log u + log v)
        double mass = rows.sum().ToNumber();
        double referenceMass = reference is null ? (double)a.shape[0] * b.shape[0] : 1;
        double objective = (epsilon * (rows.mul(u.log()).sum().ToNumber() + columns.mul(v.log()).sum().ToNumber() - mass + referenceMass))
            + (rhoSource * Divergence(rows, a)) + (rhoTarget * Divergence(columns, b));
        return (objective, iteration, rows.to(float64).data<double>().ToArray());
    }

    private static double Divergence(Tensor x, Tensor y) => x.mul(x.div(y).log()).sub(x).add(y).sum().ToNumber();

    private static double Change(Tensor from, Tensor to) =>
        to.sub(from).abs().max().ToNumber() / Math.Max(1, Math.Max(from.abs().max().ToNumber(), to.abs().max().ToNumber()));

    private static double ToNumber(this Tensor value) => value.to(float64).item<double>();

    private static Tensor Points(float[] values, int width, ScalarType type) => HostTensor.Create<float>(values, CPU).reshape(-1, width).to(type);

    private static Tensor Constant(long count, double value, ScalarType type)
    {
        using Scalar scalar = value;
        return full(count, scalar, dtype: type);
    }
}
