using System.Diagnostics;

namespace MLExtensions.Trainers.Transport;

/// <summary>
/// The scaling iteration: f is best for g, then g for f, each followed by the translation step; Anderson acceleration mixes the g. The plan of a result is that of
/// (f, g) before the last update of g: both its marginals are known exactly, without another pass.
/// </summary>
internal sealed class ScalingSolver
{
    private const int Patience = 30;         // iterations, at the limit of the precision, in which the error has to fall
    private const double Improvement = 0.8; // by this factor
    private readonly TransportPass _pass;
    private readonly MarginalSide _rows;
    private readonly MarginalSide _columns;
    private readonly TransportOptions _options;
    private readonly AndersonMixer _mixer;

    public ScalingSolver(TransportPass pass, MarginalSide rows, MarginalSide columns, TransportOptions options)
    {
        (_pass, _rows, _columns, _options) = (pass, rows, columns, options);
        _mixer = new AndersonMixer(options.AndersonMemory);
        State = new PassState(rows.Count, columns.Count);
    }

    /// <summary>After a solve: the plan's potentials (before <see cref="Lambda"/>), row masses and column sums.</summary>
    public PassState State { get; }

    /// <summary>The translation of the result: f + λ, g − λ.</summary>
    public double Lambda { get; private set; }

    public List<double> Errors { get; } = [];

    public TransportStopReason StopReason { get; private set; }

    /// <summary>Solves.</summary>
    public void Solve()
    {
        long start = Stopwatch.GetTimestamp();
        double best = double.PositiveInfinity;
        int sinceBest = 0;
        while (true)
        {
            _pass.Run(State);
            double[] next = UpdateColumns();
            double error = Distance(next, State.ColumnPotentials);
            Errors.Add(error);
            _options.Progress?.Report(new TransportProgress(Errors.Count, error, Stopwatch.GetElapsedTime(start)));
            (best, sinceBest) = error < Improvement * best ? (error, 0) : (best, sinceBest + 1);
            if (IsDone(error, best, sinceBest))
                return;
            _pass.Prepare(State, next);
            State.ColumnPotentials = _mixer.Next(State.ColumnPotentials, next, error);
        }
    }

    /// <summary>The g that is best for f, with a translation before and after.</summary>
    private double[] UpdateColumns()
    {
        double rowMass = RowMassWanted();
        Lambda = _options.TranslationStep ? TranslationStep.Best(rowMass, _rows.Rho, _columns.WantedMass(State.ColumnPotentials), _columns.Rho) : 0;
        var next = new double[_columns.Count];
        for (int j = 0; j < next.Length; j++)
            next[j] = _columns.Potential(j, State.LogColumnSums[j] + Lambda);
        if (!_options.TranslationStep)
            return next;
        double moved = _rows.IsHard ? rowMass : rowMass * Math.Exp(-Lambda / _rows.Rho);
        double second = TranslationStep.Best(moved, _rows.Rho, _columns.WantedMass(next), _columns.Rho);
        for (int j = 0; j < next.Length; j++)
            next[j] -= second;
        return next;
    }

    /// <summary>Σ a e^(−f / ρ): as f is best for g, the mass of the rows.</summary>
    private double RowMassWanted() => _rows.IsHard ? _rows.WantedMass(State.RowPotentials) : State.RowMass.Sum();

    private bool IsDone(double error, double best, int sinceBest)
    {
        double precision = _pass.RoundOff * (10 + _pass.Spread);
        if (error <= _options.Tolerance)
            StopReason = TransportStopReason.Converged;
        else if (sinceBest >= Patience && best <= precision)
            StopReason = TransportStopReason.PrecisionReached;
        else if (Errors.Count >= _options.MaxIterations)
            StopReason = TransportStopReason.IterationsDone;
        else
            return false;
        return true;
    }

    private static double Distance(double[] x, double[] y)
    {
        double distance = 0;
        for (int j = 0; j < x.Length; j++)
            distance = Math.Max(distance, Math.Abs(x[j] - y[j]));
        return distance;
    }
}
