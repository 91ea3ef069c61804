using System.Diagnostics;

namespace MLExtensions.Samples.Tests;

/// <summary>Runs a sample as its user does.</summary>
internal static class SampleProcess
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="sample">Its name.</param>
    /// <param name="arguments">What the user types behind it.</param>
    public static (int Code, string Output, string Error) Run(string sample, params string[] arguments)
    {
        using Process process = Start(sample, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Starts it; its output is the caller's to read.</summary>
    public static Process Start(string sample, params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, sample + ".dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        })!;
}
