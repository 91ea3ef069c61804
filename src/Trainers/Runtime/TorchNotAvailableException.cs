namespace MLExtensions;

/// <summary>
/// Torch's native library is missing, of another version, or refused by the system. The message says what was looked for and found, and what to install.
/// Installing it and trying again in the same process is allowed where the system permits it.
/// </summary>
public sealed class TorchNotAvailableException : InvalidOperationException
{
    internal TorchNotAvailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
