namespace MLExtensions.Samples.Shared;

/// <summary>The user's input cannot be used; the message says what was found, what is allowed and what to do.</summary>
/// <param name="message">One message for the person who typed the command.</param>
/// <param name="innerException">What was underneath, if anything.</param>
public sealed class SampleInputException(string message, Exception? innerException = null) : Exception(message, innerException);
