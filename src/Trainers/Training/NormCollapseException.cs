namespace MLExtensions.Trainers.Training;

/// <summary>A regulariser has made the weights useless in this epoch.</summary>
internal sealed class NormCollapseException(string message) : InvalidOperationException(message);
