using System.CommandLine;
using Spectre.Console;
using Terminal = System.Console;

namespace MLExtensions.Samples.Shared;

/// <summary>What every sample does around its work: the command line, messages for bad input, Ctrl-C, the exit code.</summary>
public static class SampleProgram
{
    private const int RedirectedWidth = 160;

    /// <summary>Parses the arguments and runs what they ask for.</summary>
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        ArgumentNullException.ThrowIfNull(root);
        if (Terminal.IsOutputRedirected)
            AnsiConsole.Profile.Width = RedirectedWidth;
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
            return await parsed.InvokeAsync();
        foreach (var error in parsed.Errors)
            Terminal.Error.WriteLine(error.Message);
        Terminal.Error.WriteLine("Run with --help to see what is allowed.");
        return ExitCodes.BadInput;
    }

    /// <summary>Runs the work beside the caller, so that Ctrl-C reaches the cancellation token while it runs.</summary>
    public static Task<int> Guarded(Func<int> work) => Task.Run(() =>
    {
        try
        {
            return work();
        }
        catch (SampleInputException e)
        {
            Terminal.Error.WriteLine(e.Message);
            return ExitCodes.BadInput;
        }
        catch (OperationCanceledException)
        {
            Terminal.Error.WriteLine("Cancelled.");
            return ExitCodes.Cancelled;
        }
    });
}
