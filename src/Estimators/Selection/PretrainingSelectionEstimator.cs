using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLExtensions.Estimators.Fitting;
using MLExtensions.Estimators.Selection;
using MLExtensions.Transforms.Interop;
using MLExtensions.Transforms.Selection;

namespace MLExtensions;

/// <summary>
/// Chooses, from the rows of a big labelled source that pass through the pipeline, the classes (or rows) that help a small labelled target, by unbalanced optimal transport
/// (Liu et al., "Improved Fine-Tuning by Better Leveraging Pre-Training Data", arXiv 2111.12292). What follows in the pipeline is trained on them only; the model scores every row.
/// </summary>
/// <remarks>
/// <para>M_ij = (1 − cos(mean of source class i, mean of target class j)) / temperature; the plan P minimises ⟨M, P⟩ + ε Σ P (log P − 1) + ρ_s KL(P 1 | 1) + ρ_t KL(Pᵀ 1 | 1); the score
/// of class i is Σ_j P_ij. The source is read once and never held; of rows, when rows are chosen, three times.</para>
/// <para>Columns in: the embedding (a vector of Single) and the label (a key), of both. Column out: the weight of a row (Single), where one is asked for.</para>
/// <para>Differences: the paper chooses classes only. Rows, budgets by share and mass, caps and weights are ours.</para>
/// </remarks>
public sealed class PretrainingSelectionEstimator : IEstimator<PretrainingSelectionTransformer>
{
    private readonly IHost _host;
    private readonly IDataView _target;
    private readonly PretrainingSelectionOptions _options;

    internal PretrainingSelectionEstimator(IHostEnvironment environment, IDataView target, PretrainingSelectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        OptionsFaults.Throw(nameof(PretrainingSelectionOptions), options.Check);
        _target = target;
        _options = options.Copy();
        _host = environment.Register(nameof(PretrainingSelectionEstimator));
    }

    /// <summary>Reads source and target and chooses.</summary>
    /// <param name="input">The source rows.</param>
    /// <returns>The fitted stage, with its report.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or has another type or width.</exception>
    /// <exception cref="InvalidOperationException">The rows cannot be compared; the message names side, column, class or row, and remedy.</exception>
    public PretrainingSelectionTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var log = new FitLog(_host);
        long seed = _options.Seed ?? _host.Rand.NextInt64();
        var pass = new RowPass(_options, () => Cancellation.CheckAlive(_host));
        SelectionInput read = SelectionInput.Read(input, _target, _options, pass, seed);
        (SelectionRule rule, SelectionReport report) = _options.Level == SelectionLevel.Classes
            ? ClassSelector.Run(read, _options, seed)
            : RowSelector.Run(read, _options, pass, seed);
        log.Info(report.ToString());
        foreach (TargetCoverage target in report.UncoveredTargets)
            log.Warning(FormattableString.Invariant($"Target class '{target.Name}' is left uncovered: {target.CoveredShare:p1} of its transported mass comes from the selection. Choose more, or other source data."));
        if (!report.Converged)
            log.Warning($"The transport did not converge in {report.Iterations} iterations; raise Transport.Transport.MaxIterations or Transport.Epsilon.");
        return new PretrainingSelectionTransformer(report, rule, _options.LabelColumnName, _options.WeightColumnName);
    }

    /// <summary>The columns after the stage, or an error that says what is wrong with those before it.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        SchemaShapeCheck.Run(inputSchema, _options);
        if (_options.WeightColumnName is not { } name)
            return inputSchema;
        SchemaShape.Column weight = SchemaShapes.Column(name, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, isKey: false);
        return new SchemaShape(inputSchema.Where(column => column.Name != name).Append(weight));
    }
}
