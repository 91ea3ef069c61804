using System.Diagnostics;

namespace MLExtensions.Samples;

/// <summary>Starts this program again, to show that a saved model needs nothing of the process that made it.</summary>
internal static class SecondProcess
{
    /// <summary>Runs the subcommand <c>predict</c>; its output goes where ours goes.</summary>
    public static int Predict(string modelPath, string rowsPath)
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("This program's own path is unknown.");
        var start = new ProcessStartInfo(program) { UseShellExecute = false };
        // Started as "dotnet QuickStart.dll", our program is the host's first argument.
        if (Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(typeof(SecondProcess).Assembly.Location);
        foreach (string argument in (string[])["predict", "--model", modelPath, "--rows", rowsPath])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
