using System.Collections.Concurrent;
using System.Globalization;

namespace MLExtensions.Benchmarks.Regularization;

/// <summary>Results by key, kept in a text file too where one is given, so that an interrupted run goes on.</summary>
internal sealed class GridResults
{
    private readonly ConcurrentDictionary<string, double> _values = new();
    private readonly string? _file;

    public GridResults(string? file)
    {
        _file = file;
        if (file is null || !File.Exists(file))
            return;
        foreach (string line in File.ReadLines(file))
            if (line.Split('\t') is [var key, var value])
                _values[key] = double.Parse(value, CultureInfo.InvariantCulture);
    }

    public double this[string key] => _values[key];

    public bool Has(string key) => _values.ContainsKey(key);

    public void Add(string key, double value)
    {
        _values[key] = value;
        if (_file is null)
            return;
        lock (_values)
            File.AppendAllText(_file, string.Create(CultureInfo.InvariantCulture, $"{key}\t{value}\n"));
    }
}
