using System.Globalization;
using CsvHelper;
using MLExtensions.Samples.Shared;
using MLExtensions.Samples.Shared.Npy;

namespace MLExtensions.Samples;

/// <summary>Reads a matrix from a .npy file, or from a .csv file of numbers with or without a header.</summary>
internal static class MatrixFile
{
    /// <summary>Reads a file by its ending.</summary>
    /// <exception cref="SampleInputException">The file cannot be used.</exception>
    public static NpyMatrix Read(string path)
    {
        if (!File.Exists(path))
            throw new SampleInputException($"There is no file '{path}'. Give a .npy or .csv file with one row per class.");
        if (path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))
            return NpyReader.Read(path);
        if (!path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            throw new SampleInputException($"'{path}' ends neither in .npy nor in .csv; give a file of one of these kinds.");
        try
        {
            return ReadCsv(path);
        }
        catch (CsvFormatException e)
        {
            throw new SampleInputException($"'{path}': {e.Message} Give a file of numbers, one row per class.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SampleInputException($"Cannot read '{path}': {e.Message}", e);
        }
    }

    private static NpyMatrix ReadCsv(string path)
    {
        using var reader = CsvReader.FromFile(path, new CsvReaderOptions { HasHeader = false, TrackLineNumbers = true, MalformedData = CsvMalformedDataHandling.Throw });
        var values = new List<double>();
        int columns = 0, rows = 0;
        for (bool isFirst = true; reader.Read(); isFirst = false)
        {
            string[] fields = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)];
            if (isFirst)
            {
                columns = fields.Length;
                if (fields.All(field => !IsNumber(field, out _)))
                    continue; // names
            }

            if (fields.Length != columns)
                throw new SampleInputException($"'{path}', line {reader.LineNumber}: {fields.Length} fields where the first line has {columns}. Give each class as many numbers.");
            foreach (string field in fields)
                values.Add(IsNumber(field, out double value)
                    ? value
                    : throw new SampleInputException($"'{path}', line {reader.LineNumber}: '{field}' is no number. Give numbers with a decimal point, separated by commas."));
            rows++;
        }

        return rows > 0 ? new NpyMatrix(rows, columns, [.. values]) : throw new SampleInputException($"'{path}' has no row of numbers. Give one row per class.");
    }

    private static bool IsNumber(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
