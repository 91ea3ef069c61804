namespace MLExtensions.Samples;

/// <summary>What the program returns to the shell.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int BadInput = 2;
    public const int Cancelled = 130;
}
