namespace MLExtensions.Trainers.Metrics;

/// <summary>Labelled rows of class probabilities, as the metrics see them.</summary>
internal sealed class ClassProbabilities
{
    private readonly int[] _labels;
    private readonly double[] _values;

    /// <summary>Takes rows over.</summary>
    /// <param name="labels">[rows], the index of the right class.</param>
    /// <param name="values">[rows * classes], row by row.</param>
    /// <param name="classes">Number of classes.</param>
    public ClassProbabilities(int[] labels, double[] values, int classes)
    {
        if (values.Length != (long)labels.Length * classes)
            throw new ArgumentException($"{labels.Length} rows of {classes} classes need {(long)labels.Length * classes} numbers; {values.Length} were given.", nameof(values));
        _labels = labels;
        _values = values;
        Classes = classes;
        Confidences = new double[labels.Length];
        Correct = new bool[labels.Length];
        Answers = new int[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            int best = IndexOfMax(this[i]);
            Answers[i] = best;
            Confidences[i] = this[i][best];
            Correct[i] = best == labels[i];
        }
    }

    /// <summary>Rows of two classes, from the probability of the positive one, which is class 1.</summary>
    public static ClassProbabilities OfBinary(IEnumerable<bool> labels, IEnumerable<double> probabilities) =>
        new([.. labels.Select(label => label ? 1 : 0)], [.. probabilities.SelectMany(p => new[] { 1 - p, p })], 2);

    /// <summary>Number of rows.</summary>
    public int Count => _labels.Length;

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>The most probable class of each row; of equal ones the first.</summary>
    public int[] Answers { get; }

    /// <summary>The largest probability of each row.</summary>
    public double[] Confidences { get; }

    /// <summary>Whether the most probable class is the label; of equal ones the first counts.</summary>
    public bool[] Correct { get; }

    /// <summary>The share of correct rows.</summary>
    public double Accuracy => Correct.Count(correct => correct) / (double)Count;

    /// <summary>The probabilities of a row.</summary>
    public ReadOnlySpan<double> this[int row] => _values.AsSpan(row * Classes, Classes);

    /// <summary>The right class of a row.</summary>
    public int Label(int row) => _labels[row];

    private static int IndexOfMax(ReadOnlySpan<double> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
            if (values[i] > values[best])
                best = i;
        return best;
    }
}
