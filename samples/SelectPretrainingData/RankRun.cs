using System.Globalization;
using MLExtensions.Samples.Shared;
using MLExtensions.Samples.Shared.Npy;

namespace MLExtensions.Samples;

/// <summary>The rank command: class means in, the best classes out as CSV. A contract that scripts rely on.</summary>
internal sealed class RankRun(RankOptions options)
{
    public int Run()
    {
        NpyMatrix source = MatrixFile.Read(options.SourceFile), target = MatrixFile.Read(options.TargetFile);
        if (source.Columns != target.Columns)
            throw new SampleInputException(
                $"'{options.SourceFile}' has {source.Columns} columns, '{options.TargetFile}' {target.Columns}; both must hold class means of the same embedding.");
        CheckRows(source, options.SourceFile);
        CheckRows(target, options.TargetFile);
        if (options.Top < 1 || options.Top > source.Rows)
            throw new SampleInputException($"--top is {options.Top}; allowed is 1 to {source.Rows}, the number of source classes.");

        ClassRanking ranking = Rank(source, target);
        if (!ranking.Transport.Converged)
            throw new SampleInputException(
                $"The transport did not converge in {ranking.Transport.Iterations} iterations; take a larger --epsilon or smaller --rho-source and --rho-target.");
        Write(ranking);
        return ExitCodes.Success;
    }

    private ClassRanking Rank(NpyMatrix source, NpyMatrix target)
    {
        try
        {
            return ClassSelection.Rank(
                ClassMeans.FromMeans(source.Values, source.Columns),
                ClassMeans.FromMeans(target.Values, target.Columns),
                new ClassSelectionOptions
                {
                    Temperature = options.Temperature,
                    Epsilon = options.Epsilon,
                    RhoSource = options.RhoSource,
                    RhoTarget = options.RhoTarget,
                });
        }
        catch (ArgumentException e)
        {
            throw new SampleInputException(e.Message, e);
        }
    }

    private static void CheckRows(NpyMatrix means, string path)
    {
        for (int row = 0; row < means.Rows; row++)
        {
            ReadOnlySpan<double> mean = means.Values.AsSpan(row * means.Columns, means.Columns);
            for (int column = 0; column < mean.Length; column++)
                if (!double.IsFinite(mean[column]))
                    throw new SampleInputException(FormattableString.Invariant(
                        $"'{path}' has {mean[column]} in row {row}, column {column} (counted from 0); only finite numbers are allowed. Is it the mean of a class without rows?"));
            if (mean.IndexOfAnyExcept(0) < 0)
                throw new SampleInputException($"'{path}' has only zeros in row {row} (counted from 0); such a mean has no direction. Leave the class out.");
        }
    }

    /// <summary>Writes beside the place and moves there, so that there is never half a file.</summary>
    private void Write(ClassRanking ranking)
    {
        string part = options.OutputFile + ".part";
        try
        {
            using (var writer = new StreamWriter(part))
            {
                writer.Write("rank,class_index,score\n");
                int rank = 0;
                foreach (int index in ranking.Top(options.Top))
                    writer.Write(string.Create(CultureInfo.InvariantCulture, $"{++rank},{index},{ranking.Scores[index]:G17}\n"));
            }

            File.Move(part, options.OutputFile, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            if (File.Exists(part))
                File.Delete(part);
            throw new SampleInputException($"Cannot write '{options.OutputFile}': {e.Message}", e);
        }
    }
}
