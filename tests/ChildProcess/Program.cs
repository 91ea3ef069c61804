// Loads a model as any ML.NET application does, scores the rows of a CSV file and prints the bits of their scores, then the native torch libraries in the process.
// Usage: dotnet MLExtensions.ChildProcess.dll MODEL.zip ROWS.csv FEATURES
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

if (args.Length != 3)
{
    Console.Error.WriteLine($"usage: MODEL.zip ROWS.csv FEATURES (got: {string.Join(' ', args)})");
    return 2;
}

var ml = new MLContext();
ITransformer model = ml.Model.Load(args[0], out _);
int width = int.Parse(args[2], CultureInfo.InvariantCulture);
IDataView rows = ml.Data.LoadFromTextFile(args[1], [new TextLoader.Column("Features", DataKind.Single, 0, width - 1)], separatorChar: ',');
IDataView scored = model.Transform(rows);
IEnumerable<float[]> scores = scored.Schema["Score"].Type is VectorDataViewType
    ? scored.GetColumn<float[]>("Score")
    : scored.GetColumn<float>("Score").Select(score => new[] { score });
foreach (float[] score in scores)
    Console.WriteLine(string.Join(' ', score.Select(value => BitConverter.SingleToUInt32Bits(value).ToString("x8", CultureInfo.InvariantCulture))));
string[] torch = ["libtorch", "torch_", "libc10", "c10.", "liblibtorchsharp", "libtorchsharp"];
using var process = Process.GetCurrentProcess();
string[] mapped = [.. process.Modules.Cast<ProcessModule>().Select(module => module.ModuleName)
    .Where(name => torch.Any(start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase)))];
Console.WriteLine($"libtorch: {(mapped.Length == 0 ? "none" : string.Join(' ', mapped))}");
return 0;
