using Microsoft.ML.Runtime;

namespace MLExtensions.Estimators.Fitting;

/// <summary>What a fit says on <see cref="Microsoft.ML.MLContext.Log"/>.</summary>
internal sealed class FitLog(IHost host) : IDisposable
{
    private readonly IChannel _channel = host.Start("Train");

    public void Info(string line) => _channel.Info(MessageSensitivity.None, "{0}", line);

    public void Warning(string line) => _channel.Warning(MessageSensitivity.None, "{0}", line);

    public void Dispose() => _channel.Dispose();
}
