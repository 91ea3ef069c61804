using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Benchmarks;

/// <summary>Simulated.</summary>
internal static class AdaptiveWidthBenchmark
{
    private static readonly double[] Widths = [2 / 32.0, 3 / 32.0, 4 / 32.0, 5 / 32.0, 6 / 32.0, 8 / 32.0, 10 / 32.0, 12 / 32.0, 16 / 32.0, 24 / 32.0, 1];

    public static void Run(string[] args)
    {
        string folder = Path.Combine(DataFolder.Find(args), "mnist");
        foreach (string count in Options.Get(args, "--mnist", "6000,20000").Split(','))
            for (int seed = 1; seed <= Measure.Number(args, "--seeds", 5); seed++)
                One(folder, int.Parse(count, CultureInfo.InvariantCulture), seed);
    }

    private static void One(string folder, int count, int seed)
    {
        var ml = new MLContext(seed);
        PixelRow[] rows = PixelRow.Read(folder, "train", count + 4000, seed);
        BayesianNestedTransformer model = ml.MulticlassClassification.Trainers.BayesianNestedNetwork(new BayesianNestedNetworkOptions
        {
            Architecture = Architecture.Mlp([256, 128], normalization: Normalization.Batch),
            Epochs = 10,
            Seed = seed,
            Threads = ThreadPolicy.Fixed(1),
            Telemetry = false,
        }).Fit(PixelRow.View(ml, rows[4000..]));
        var val = Score(model, PixelRow.View(ml, rows[..4000]));
        var test = Score(model, PixelRow.View(ml, PixelRow.Read(folder, "t10k")));
        double full = model.Model.MultiplyAddsAt(1);
        double[] cost = [.. Widths.Select(w => model.Model.MultiplyAddsAt(w) / full)], first = [.. Widths.Select(w => 784 * Math.Round(256 * w) / full)];
        int last = Widths.Length - 1;
        foreach (string rule in new[] { "first", "from there on", "expected", "both" })
            foreach (double loss in new[] { 0.0005, 0.001 })
                foreach (int fix in new[] { 5, -1 })
                    foreach (bool reuse in new[] { false, true })
                    {
                        double best = double.PositiveInfinity, t = 0;
                        int a = 0;
                        for (int s = 0; s < last; s++)
                        {
                            if (fix >= 0 && s != fix)
                                continue;
                            (double th, double share) = Choose(s, rule, loss);
                            double c = cost[s] + (share * (1 - (reuse ? first[s] : 0)));
                            if (c < best)
                                (best, t, a) = (c, th, s);
                        }

                        double wid = test.sure[a].Average(x => x < t ? 1.0 : 0), acc = 0;
                        for (int i = 0; i < test.sure[a].Length; i++)
                            acc += test.right[test.sure[a][i] < t ? last : a][i] ? 1.0 / test.sure[a].Length : 0;
                        Console.WriteLine(FormattableString.Invariant(
                            $"raw;{count};{rule};{loss};{(fix < 0 ? "best" : "0.25")};{(reuse ? "kept" : "")};{seed};{Widths[a]};{best:f3};{cost[a] + (wid * (1 - (reuse ? first[a] : 0))):f4};{acc - test.right[last].Average(x => x ? 1.0 : 0):f4}"));
                    }

        (double, double) Choose(int s, string rule, double loss)
        {
            int n = val.sure[s].Length;
            int[] order = [.. Enumerable.Range(0, n).OrderBy(i => val.sure[s][i])];
            double wide = val.right[last].Count(x => x), narrow = val.right[s].Count(x => x);
            int firstAt = -1, onAt = 0;
            double right = narrow;
            for (int k = 0; k <= n; k++)
            {
                if (right >= wide - (loss * n) - 1e-9)
                    firstAt = firstAt < 0 ? k : firstAt;
                else
                    onAt = k + 1;
                if (k < n)
                    right += (val.right[last][order[k]] ? 1 : 0) - (val.right[s][order[k]] ? 1 : 0);
            }

            double left = 0;
            int expected = n;
            while (expected > 0 && left + val.lost[s][order[expected - 1]] <= loss * n)
                left += val.lost[s][order[--expected]];
            int at = rule switch { "first" => firstAt, "from there on" => onAt, "expected" => expected, _ => Math.Max(firstAt, expected) };
            return (at == n ? 2 : val.sure[s][order[at]], at / (double)n);
        }
    }

    private static (float[][] sure, bool[][] right, double[][] lost) Score(BayesianNestedTransformer model, IDataView rows)
    {
        uint[] labels = [.. rows.GetColumn<uint>("Label")];
        float[][][] scores = [.. Widths.Select(width => model.WithWidth(width).Transform(rows).GetColumn<float[]>("Score").ToArray())];
        return ([.. scores.Select(s => s.Select(p => p.Max()).ToArray())], [.. scores.Select(s => s.Select((p, i) => Array.IndexOf(p, p.Max()) + 1 == labels[i]).ToArray())],
            [.. scores.Select(s => s.Select((p, i) => (double)scores[^1][i].Max() - scores[^1][i][Array.IndexOf(p, p.Max())]).ToArray())]);
    }
}
