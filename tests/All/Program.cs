// Runs every test project and closes with one line over all of them: "N passed, N failed, N skipped".
// Usage: dotnet run -c Release --project tests/All [-- ARGUMENTS FOR EVERY TEST PROGRAM]
using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;

string list = Path.Combine(AppContext.BaseDirectory, "test-programs.txt");
int passed = 0, failed = 0, skipped = 0;
DirectoryInfo results = Directory.CreateTempSubdirectory("mlextensions-tests-");
try
{
    foreach (string program in File.ReadAllLines(list))
    {
        string xml = Path.Combine(results.FullName, Path.GetFileNameWithoutExtension(program) + ".xml");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, "-result-xml", xml, "-noColor", .. args]))!;
        process.WaitForExit();
        if (!File.Exists(xml))
        {
            Console.WriteLine($"{Path.GetFileName(program)} ended with exit code {process.ExitCode} and left no results; that counts as one failure.");
            failed++;
            continue;
        }

        foreach (XElement assembly in XDocument.Load(xml).Root!.Elements("assembly"))
        {
            int Count(string name) => int.Parse(assembly.Attribute(name)?.Value ?? "0", CultureInfo.InvariantCulture);
            passed += Count("passed");
            failed += Count("failed") + Count("errors");
            skipped += Count("skipped");
        }
    }
}
finally
{
    results.Delete(recursive: true);
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{passed} passed, {failed} failed, {skipped} skipped"));
return failed == 0 && passed > 0 ? 0 : 1;
