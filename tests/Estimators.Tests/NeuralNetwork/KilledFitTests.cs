using System.Diagnostics;
using System.Reflection;

namespace MLExtensions.Estimators.Tests.NeuralNetwork;

/// <summary>A few rounds of the benchmark program that kills fits at random moments and runs them again.</summary>
public sealed class KilledFitTests
{
    [Fact]
    public void A_fit_whose_process_is_killed_goes_on_with_the_same_bits()
    {
        string program = typeof(KilledFitTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Benchmarks").Value!
            + (OperatingSystem.IsWindows() ? ".exe" : "");
        using var process = Process.Start(new ProcessStartInfo(program, ["kill-resume", "--trials", "2"]) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.True(process.ExitCode == 0, output); // other weights, a failure or a file left behind give 1
        Assert.Matches(@"\| 2 \| [1-9]\d* \|", output); // two fits, at least one kill
    }
}
