using System.Reflection;
using System.Runtime.CompilerServices;
using PublicApiGenerator;

namespace MLExtensions.Estimators.Tests.Api;

/// <summary>The public API is an approved text file: a change to it is a change of that file, and reviewed like one.</summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Assemblies => new("MLExtensions.Trainers", "MLExtensions.Transforms", "MLExtensions.Estimators");

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void The_public_api_is_the_approved_one(string name)
    {
        string actual = Assembly.Load(name).GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n").TrimEnd() + "\n";
        string file = Path.Combine(Folder(), name + ".approved.txt");
        if (Environment.GetEnvironmentVariable("APPROVE_PUBLIC_API") == "1")
            File.WriteAllText(file, actual);

        string approved = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        Assert.True(approved == actual, $"The public API of {name} differs from {Path.GetFileName(file)}. If that is meant, run the tests once with APPROVE_PUBLIC_API=1 and commit the file.\n{FirstDifference(approved, actual)}");
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    private static string FirstDifference(string approved, string actual)
    {
        string[] a = approved.Split('\n');
        string[] b = actual.Split('\n');
        int line = Enumerable.Range(0, Math.Min(a.Length, b.Length)).FirstOrDefault(i => a[i] != b[i], Math.Min(a.Length, b.Length));
        return $"First difference in line {line + 1}:\napproved: {a.ElementAtOrDefault(line)}\nactual:   {b.ElementAtOrDefault(line)}";
    }
}
