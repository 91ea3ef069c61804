using Microsoft.ML;

namespace MLExtensions.Estimators.Robustness;

/// <summary>Traces the net's inputs back through a pipeline to the columns whose units epsilon has.</summary>
/// <param name="stages">The stages before the net.</param>
/// <param name="schemas">The columns before each stage, and after the last.</param>
/// <param name="chosen">The columns to attack; null for all, at the start of the pipeline.</param>
internal sealed class FeatureTrace(IReadOnlyList<ITransformer> stages, IReadOnlyList<DataViewSchema> schemas, IReadOnlyList<string>? chosen)
{
    private readonly List<FeatureSource> _found = [];
    private readonly List<string> _obstacles = [];

    /// <summary>The sources that are attacked.</summary>
    /// <exception cref="InvalidOperationException">A column reaches the net through a stage that cannot be differentiated, or not at all.</exception>
    public IReadOnlyList<FeatureSource> Run(FeatureSource features)
    {
        List<FeatureSource> open = [features];
        for (int i = stages.Count - 1; i >= 0 && open.Count > 0; i--)
            open = Step(open, stages[i], schemas[i], schemas[i + 1]);
        _found.AddRange(chosen is null ? open : open.Where(source => chosen.Contains(source.Column)));
        Check();
        return _found;
    }

    private List<FeatureSource> Step(List<FeatureSource> open, ITransformer stage, DataViewSchema before, DataViewSchema after)
    {
        var next = new List<FeatureSource>();
        foreach (FeatureSource source in open)
        {
            if (chosen?.Contains(source.Column) == true)
                _found.Add(source);
            else if (Copies(after, source.Column) == Copies(before, source.Column))
                next.Add(source); // passes by
            else if (chosen is null && MakesPixels(stage))
                _found.Add(source); // before it there is a picture, not numbers
            else
                foreach (FeatureSource part in AffineStage.Back(source, stage, before))
                    if (part.Obstacle is { } obstacle)
                        _obstacles.Add(obstacle);
                    else
                        next.Add(part);
        }

        return next;
    }

    // ML.NET's own stage by name: its assembly need not be there.
    private static bool MakesPixels(ITransformer stage) => stage is ImagePixelsTransformer || stage.GetType().Name == "ImagePixelExtractingTransformer";

    // A stage that writes a column of a name that is there already hides the old one.
    private static int Copies(DataViewSchema schema, string name) => schema.Count(column => column.Name == name);

    private void Check()
    {
        const string Remedy = "Name in RobustnessOptions.Columns the columns to attack that reach the features by scaling, shifting, copying and concatenating alone "
            + "(the others then keep their values), or name the feature column itself to attack the features as the net gets them.";
        string[] lost = [.. (chosen ?? []).Where(name => !_found.Exists(source => source.Column == name))];
        if (lost.Length > 0)
            throw new InvalidOperationException(
                $"Column '{string.Join("', '", lost)}' of RobustnessOptions.Columns does not reach the net's features by scaling, shifting, copying and concatenating alone"
                + (_obstacles.Count > 0 ? $": {string.Join("; ", _obstacles)}. " : ". ")
                + $"The columns of the data are: {string.Join(", ", schemas[0].Take(50).Select(column => $"'{column.Name}'"))}. {Remedy}");
        if (chosen is null && _obstacles.Count > 0)
            throw new InvalidOperationException($"The gradient by the features cannot be followed to the start of the pipeline: {string.Join("; ", _obstacles)}. {Remedy}");
        if (_found.GroupBy(source => source.Column).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new InvalidOperationException(
                $"Column '{twice.Key}' reaches the net's features more than once; moving each of its copies by itself is more than an attacker could do. "
                + "Name in RobustnessOptions.Columns the feature column itself, to attack the features as the net gets them, or the columns that are made of it.");
    }
}
