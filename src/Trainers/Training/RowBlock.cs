using System.Runtime.ExceptionServices;

namespace MLExtensions.Trainers.Training;

/// <summary>Some rows of a pass, in memory that is used again.</summary>
/// <param name="capacity">Rows that it can hold.</param>
/// <param name="width">Features per row.</param>
internal sealed class RowBlock(int capacity, int width)
{
    private readonly float[] _features = new float[checked(capacity * width)];
    private readonly float[] _targets = new float[capacity];
    private readonly float[] _weights = new float[capacity];

    /// <summary>Rows that it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the pass ends with it.</summary>
    public bool IsLast { get; private set; }

    /// <summary>What ended the pass early.</summary>
    public ExceptionDispatchInfo? Error { get; private set; }

    /// <summary>Fills it from a stream; an error is kept for whoever takes the rows.</summary>
    public void Fill(IRowStream stream, CancellationToken stop)
    {
        (Count, IsLast, Error) = (0, false, null);
        try
        {
            for (; Count < _targets.Length && !stop.IsCancellationRequested; Count++)
                if (!stream.Read(_features.AsSpan(Count * width, width), out _targets[Count], out _weights[Count]))
                {
                    IsLast = true;
                    return;
                }
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    /// <summary>Ends the pass here by an error.</summary>
    public void Fail(Exception error) => (IsLast, Error) = (true, ExceptionDispatchInfo.Capture(error));

    /// <summary>Copies a row.</summary>
    public void CopyTo(int row, Span<float> features, out float target, out float weight)
    {
        _features.AsSpan(row * width, width).CopyTo(features);
        (target, weight) = (_targets[row], _weights[row]);
    }
}
