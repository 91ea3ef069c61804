namespace MLExtensions.Samples.Shared;

/// <summary>What the program returns to the shell.</summary>
public static class ExitCodes
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>Arguments or data cannot be used; the message says why.</summary>
    public const int BadInput = 2;

    /// <summary>Stopped by Ctrl-C.</summary>
    public const int Cancelled = 130;
}
