using Spectre.Console;

namespace MLExtensions.Samples.Shared.Console;

/// <summary>Shows a fit as a live bar, or as some ten plain lines where the output is not a terminal.</summary>
/// <param name="console">Where it is shown.</param>
/// <param name="metricName">What <see cref="TrainingProgress.ValidationMetric"/> is for this fit, such as "accuracy".</param>
public sealed class FitProgressBar(IAnsiConsole console, string metricName)
{
    private const int PlainLines = 10;
    private const int BarWidth = 20;

    /// <summary>Runs <paramref name="fit"/> and shows what it reports.</summary>
    /// <param name="title">What is fitted.</param>
    /// <param name="fit">Gets the receiver of the reports.</param>
    public T Run<T>(string title, Func<IProgress<TrainingProgress>, T> fit)
    {
        bool isTerminal = console.Profile.Out.IsTerminal && console.Profile.Capabilities.Interactive;
        return isTerminal ? RunLive(title, fit) : RunPlain(title, fit);
    }

    private T RunLive<T>(string title, Func<IProgress<TrainingProgress>, T> fit)
    {
        console.WriteLine(title);
        var result = default(T)!;
        console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = BarWidth }, new PercentageColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: 1);
                result = fit(new Receiver(p =>
                {
                    task.Value = p.Fraction;
                    task.Description = Markup.Escape(DescribeShortly(p));
                }));
                task.Value = 1;
            });
        return result;
    }

    private T RunPlain<T>(string title, Func<IProgress<TrainingProgress>, T> fit)
    {
        console.WriteLine(title);
        TrainingProgress? last = null;
        var result = fit(new Receiver(p =>
        {
            if (last is not null && p.Epoch > last.Epoch && last.Epoch * PlainLines / last.Epochs > (last.Epoch - 1) * PlainLines / last.Epochs)
                console.WriteLine("  " + Describe(last));
            last = p;
        }));
        if (last is not null)
            console.WriteLine("  " + Describe(last));
        return result;
    }

    /// <summary>Short enough for one line of 80 characters with the bar beside it.</summary>
    private string DescribeShortly(TrainingProgress p)
    {
        string validation = double.IsNaN(p.ValidationMetric) ? "" : FormattableString.Invariant($" {metricName} {p.ValidationMetric:#,##0.####}");
        return FormattableString.Invariant($"epoch {p.Epoch}/{p.Epochs} loss {p.TrainingLoss:F4}{validation}, {p.Remaining.TotalSeconds:F0} s left");
    }

    private string Describe(TrainingProgress p)
    {
        string validation = double.IsNaN(p.ValidationMetric) ? "" : FormattableString.Invariant($", {metricName} on held-back rows {p.ValidationMetric:F4}");
        return FormattableString.Invariant($"epoch {p.Epoch} of {p.Epochs}, loss {p.TrainingLoss:F4}{validation}, {p.RowsPerSecond:N0} rows/s");
    }

    /// <summary>Hands reports on at once and in order, which <see cref="Progress{T}"/> does not promise.</summary>
    private sealed class Receiver(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
