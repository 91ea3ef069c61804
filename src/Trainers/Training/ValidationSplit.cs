using MLExtensions.Trainers.Runtime;

namespace MLExtensions.Trainers.Training;

/// <summary>
/// Decides row by row which rows are set aside for validation, in one pass and without knowing how many there are: of every 1/fraction rows of a class
/// one, at a random place. So the share is right in every class to within one row, and the choice does not depend on memory or streaming.
/// </summary>
internal sealed class ValidationSplit(double fraction, long seed, int classes)
{
    private readonly long[] _seen = new long[classes];
    private readonly long[] _block = Enumerable.Repeat(-1L, classes).ToArray();
    private readonly long[] _chosen = new long[classes];

    /// <summary>The same split for another pass: it chooses the same rows.</summary>
    public ValidationSplit Copy() => new(fraction, seed, classes);

    /// <summary>Whether the next row of a class is for validation.</summary>
    public bool Take(int classIndex)
    {
        if (fraction <= 0)
            return false;
        long row = _seen[classIndex]++;
        long block = (long)(row * fraction);
        if (block != _block[classIndex])
        {
            _block[classIndex] = block;
            long first = row;
            long next = (long)Math.Ceiling((block + 1) / fraction);
            var random = SeededRandom.Derive(seed, (long)RandomPurpose.ValidationSplit, classIndex, block);
            _chosen[classIndex] = first + random.NextInt((int)Math.Max(1, next - first));
        }

        return row == _chosen[classIndex];
    }
}
