using System.Globalization;
using CsvHelper;

namespace MLExtensions.Samples.Shared.Tables;

/// <summary>Reads a CSV file once and infers the columns' types and the task.</summary>
public static class TableInference
{
    /// <summary>Looks at every row; the memory it needs does not grow with the file.</summary>
    /// <param name="path">A CSV file with a header; the separator (comma, semicolon, tab or bar) is detected.</param>
    /// <param name="labelName">The column to predict.</param>
    /// <exception cref="SampleInputException">The file or the column cannot be used.</exception>
    public static TableSchema Infer(string path, string labelName)
    {
        if (!File.Exists(path))
            throw new SampleInputException($"There is no file '{path}'. Give a CSV file whose first row names the columns.");
        try
        {
            return Read(path, labelName);
        }
        catch (CsvFormatException e)
        {
            throw new SampleInputException($"'{path}': {e.Message} Put fields that hold a quote between double quotes, and write each quote within twice.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SampleInputException($"Cannot read '{path}': {e.Message}", e);
        }
    }

    private static TableSchema Read(string path, string labelName)
    {
        var options = new CsvReaderOptions { TrackLineNumbers = true, MalformedData = CsvMalformedDataHandling.Throw };
        using var reader = CsvReader.FromFile(path, options);
        string[] names = ReadHeader(reader, path);
        int label = IndexOf(labelName, names, path);
        var scans = Array.ConvertAll(names, _ => new ColumnScan());
        long rows = 0;
        while (reader.Read())
        {
            if (reader.FieldCount != names.Length)
                throw new SampleInputException(
                    $"'{path}', line {reader.LineNumber}: {reader.FieldCount} fields, but the header names {names.Length} columns. "
                    + "Put fields that hold the separator between double quotes.");
            rows++;
            // A row without a label is not used, so it must not decide a feature's type either.
            if (ColumnScan.IsMissing(reader.GetString(label)))
                scans[label].Add("");
            else
                for (int i = 0; i < names.Length; i++)
                    scans[i].Add(reader.GetString(i));
        }
        return SchemaOf(path, reader.Separator, rows, names, label, scans);
    }

    private static string[] ReadHeader(CsvReader reader, string path)
    {
        string[] names = [.. reader.Headers.Select(n => n.Trim())];
        if (names.Length == 0)
            throw new SampleInputException($"'{path}' is empty. Give a CSV file whose first row names the columns.");
        if (names.Any(n => n.Length == 0))
            throw new SampleInputException($"The header of '{path}' has a column without a name (number {Array.IndexOf(names, "") + 1}). Name every column.");
        if (names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new SampleInputException($"The header of '{path}' names '{twice.Key}' {twice.Count()} times. Give each column a name of its own.");
        return names;
    }

    private static int IndexOf(string labelName, string[] names, string path)
    {
        int index = Array.IndexOf(names, labelName);
        if (index >= 0)
            return index;
        string hint = NearestName.Of(labelName, names) is { } near ? $" Did you mean '{near}'?" : "";
        throw new SampleInputException($"There is no column '{labelName}' in '{path}'.{hint} The columns are: {string.Join(", ", names)}.");
    }

    private static TableSchema SchemaOf(string path, char separator, long rows, string[] names, int label, ColumnScan[] scans)
    {
        if (rows == 0)
            throw new SampleInputException($"'{path}' has a header but no rows.");
        var (task, labelNote) = ColumnRules.Label(names[label], scans[label]);
        var columns = names.Select((name, i) =>
        {
            var (use, note) = i == label ? (ColumnUse.Label, labelNote) : ColumnRules.Feature(scans[i]);
            return new InferredColumn(name, i, use, scans[i].MissingCount, note);
        }).ToArray();
        if (!columns.Any(c => c.Use is ColumnUse.Number or ColumnUse.Category))
        {
            var reasons = columns.Where(c => c.Use == ColumnUse.LeftOut).Select(c => $"'{c.Name}' ({c.Note})");
            throw new SampleInputException($"'{path}' has no column that could predict '{names[label]}'. Not usable: {string.Join(", ", reasons)}.");
        }
        return new TableSchema
        {
            Path = path,
            Separator = separator,
            RowCount = rows,
            Columns = columns,
            Task = task,
            Classes = task == LabelTask.Regression ? [] : SortedClasses(scans[label]),
        };
    }

    /// <summary>By size if they are numbers, else by alphabet: 1 comes after 0, True after False, Yes after No.</summary>
    private static string[] SortedClasses(ColumnScan label) => label.AllNumbers
        ? [.. label.Distinct.OrderBy(v => double.Parse(v, CultureInfo.InvariantCulture))]
        : [.. label.Distinct.Order(StringComparer.OrdinalIgnoreCase)];
}
