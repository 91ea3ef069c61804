using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace MLExtensions.Samples;

/// <summary>Draws what every width is worth, as one SVG file.</summary>
internal static class WidthCurves
{
    private const double PixelsWide = 720;
    private const double PixelsHigh = 420;

    public static void Write(IReadOnlyList<BayesianNested.WidthRow> rows, string path)
    {
        var plot = new PlotModel { Title = "One net at every width" };
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "width (share of the units)", Minimum = 0, Maximum = 1.02 });
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Left, Minimum = 0, Maximum = 1.02, MajorGridlineStyle = LineStyle.Dot });
        plot.Legends.Add(new Legend { LegendPosition = LegendPosition.RightMiddle });
        Add("accuracy", row => row.Accuracy);
        Add("strangers told (AUROC)", row => row.StrangersFound);
        Add("calibration error", row => row.CalibrationError);
        Add("log-loss", row => row.LogLoss);
        using FileStream file = File.Create(path);
        new SvgExporter { Width = PixelsWide, Height = PixelsHigh }.Export(plot, file);

        void Add(string name, Func<BayesianNested.WidthRow, double> value)
        {
            var line = new LineSeries { Title = name, MarkerType = MarkerType.Circle };
            line.Points.AddRange(rows.Select(row => new DataPoint(row.Width, value(row))));
            plot.Series.Add(line);
        }
    }
}
