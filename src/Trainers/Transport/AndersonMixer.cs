namespace MLExtensions.Trainers.Transport;

/// <summary>
/// Anderson acceleration of x = G(x): the combination of the last steps whose residuals G(x) − x would cancel best (Walker and Ni, SIAM J. Numer. Anal. 2011). A mixed
/// point from which the error grows is given up: the iteration goes on from the plain step that it took the place of.
/// </summary>
internal sealed class AndersonMixer(int memory)
{
    private const double AllowedGrowth = 1.5;

    private readonly List<double[]> _images = [];    // differences of G(x)
    private readonly List<double[]> _residuals = []; // differences of G(x) − x
    private double[]? _lastImage;
    private double[]? _lastResidual;
    private double[]? _plain; // set while the current point is a mixed one: the plain step instead
    private double _lastError = double.PositiveInfinity;

    /// <summary>The next point.</summary>
    /// <param name="point">x; not kept.</param>
    /// <param name="image">G(x).</param>
    /// <param name="error">max |G(x) − x|.</param>
    public double[] Next(ReadOnlySpan<double> point, double[] image, double error)
    {
        if (memory == 0)
            return image;
        if (_plain is not null && !(error <= AllowedGrowth * _lastError))
        {
            double[] plain = _plain;
            Forget();
            return plain;
        }

        var residual = new double[image.Length];
        for (int j = 0; j < residual.Length; j++)
            residual[j] = image[j] - point[j];
        if (_lastImage is not null)
        {
            if (_images.Count == memory)
            {
                _images.RemoveAt(0);
                _residuals.RemoveAt(0);
            }

            _images.Add(Difference(image, _lastImage));
            _residuals.Add(Difference(residual, _lastResidual!));
        }

        (_lastImage, _lastResidual, _lastError) = (image, residual, error);
        double[]? weights = _images.Count == 0 ? null : Weights(residual);
        if (weights is null)
        {
            _plain = null;
            return image;
        }

        var mixed = (double[])image.Clone();
        for (int k = 0; k < weights.Length; k++)
            for (int j = 0; j < mixed.Length; j++)
                mixed[j] -= weights[k] * _images[k][j];
        _plain = image;
        return mixed;
    }

    /// <summary>Starts anew, as after a change of the mapping.</summary>
    public void Forget()
    {
        _images.Clear();
        _residuals.Clear();
        (_lastImage, _lastResidual, _plain, _lastError) = (null, null, null, double.PositiveInfinity);
    }

    /// <summary>Least squares by normal equations, with a little added to the diagonal against nearly equal steps; null when that fails.</summary>
    private double[]? Weights(double[] residual)
    {
        int count = _residuals.Count;
        var matrix = new double[count, count];
        var right = new double[count];
        double trace = 0;
        for (int i = 0; i < count; i++)
        {
            for (int k = 0; k <= i; k++)
                matrix[i, k] = matrix[k, i] = Dot(_residuals[i], _residuals[k]);
            right[i] = Dot(_residuals[i], residual);
            trace += matrix[i, i];
        }

        for (int i = 0; i < count; i++)
            matrix[i, i] += 1e-14 * trace;
        for (int i = 0; i < count; i++)
        {
            // Cholesky, column by column, in place
            for (int k = 0; k < i; k++)
                for (int r = i; r < count; r++)
                    matrix[r, i] -= matrix[r, k] * matrix[i, k];
            if (!(matrix[i, i] > 0))
                return null;
            double root = Math.Sqrt(matrix[i, i]);
            for (int r = i; r < count; r++)
                matrix[r, i] /= root;
        }

        for (int i = 0; i < count; i++)
        {
            for (int k = 0; k < i; k++)
                right[i] -= matrix[i, k] * right[k];
            right[i] /= matrix[i, i];
        }

        for (int i = count - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < count; k++)
                right[i] -= matrix[k, i] * right[k];
            right[i] /= matrix[i, i];
        }

        return Array.TrueForAll(right, double.IsFinite) ? right : null;
    }

    private static double Dot(double[] x, double[] y) => System.Numerics.Tensors.TensorPrimitives.Dot<double>(x, y);

    private static double[] Difference(double[] x, double[] y)
    {
        var difference = new double[x.Length];
        System.Numerics.Tensors.TensorPrimitives.Subtract<double>(x, y, difference);
        return difference;
    }
}
