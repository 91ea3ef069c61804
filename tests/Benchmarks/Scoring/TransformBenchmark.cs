using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLExtensions.Benchmarks.Scoring;

/// <summary>Rows per second of Transform, read through one cursor on one thread, against scoring row by row in the same run.</summary>
internal static class TransformBenchmark
{
    private static readonly string[] Ways =
    [
        "Transform, array source", "Transform, LoadFromEnumerable", "row by row (row mapper), array source", "forward pass alone, 256 rows a call",
    ];

    public static void Run(string[] args)
    {
        int rounds = Measure.Number(args, "--rounds", 9);
        int scale = Measure.Number(args, "--percent", 100);
        Console.WriteLine("| net | way | M rows/s, median (range) | ratio to row by row |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach ((int inputs, int[] widths, int outputs, int rows) in new[] { (20, new[] { 64, 32 }, 3, 1_000_000), (128, [512, 256], 10, 50_000) })
        {
            var contest = new Contest(inputs, widths, outputs, rows / 100 * scale);
            var speeds = Array.ConvertAll(Ways, _ => new List<double>());
            for (int round = 0; round <= rounds; round++)
                for (int way = 0; way < Ways.Length; way++)
                {
                    double speed = contest.Run(way);
                    if (round > 0) // the first round warms up
                        speeds[way].Add(speed);
                }

            string net = $"{inputs}-{string.Join('-', widths)}-{outputs}";
            for (int way = 0; way < Ways.Length; way++)
            {
                double median = Measure.Median(speeds[way]), ratio = median / Measure.Median(speeds[2]);
                Console.WriteLine(FormattableString.Invariant(
                    $"| {net} | {Ways[way]} | {median:f3} ({speeds[way].Min():f3}-{speeds[way].Max():f3}) | {ratio:f2} |"));
            }
        }
    }

    /// <summary>One net and its rows, scored in every way.</summary>
    private sealed class Contest
    {
        private readonly int _rows;
        private readonly int _width;
        private readonly float[] _features;
        private readonly FloatView _source;
        private readonly IDataView _enumerable;
        private readonly NeuralNetworkTransformer _model;

        public Contest(int inputs, int[] widths, int outputs, int rows)
        {
            (_rows, _width) = (rows, inputs);
            var ml = new MLContext(1);
            _model = RandomNetwork.CreateTransformer(ml, inputs, widths, outputs);
            _features = RandomNetwork.Rows(rows, inputs);
            _source = new FloatView(_features, inputs);
            SchemaDefinition schema = SchemaDefinition.Create(typeof(ScoredRow));
            schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, inputs);
            _enumerable = ml.Data.LoadFromEnumerable(_features.Chunk(inputs).Select(row => new ScoredRow { Features = row }).ToArray(), schema);
        }

        /// <summary>Million rows per second.</summary>
        public double Run(int way)
        {
            GC.Collect();
            long start = Stopwatch.GetTimestamp();
            if (way == 0)
                Read(_model.Transform(_source));
            else if (way == 1)
                Read(_model.Transform(_enumerable));
            else if (way == 2)
                RowByRow();
            else
                Forward();
            return _rows / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e6;
        }

        private void Read(IDataView scored)
        {
            DataViewSchema.Column score = scored.Schema["Score"];
            using DataViewRowCursor cursor = scored.GetRowCursor([score]);
            ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(score);
            VBuffer<float> value = default;
            int read = 0;
            for (; cursor.MoveNext(); read++)
                getter(ref value);
            if (read != _rows)
                throw new InvalidOperationException($"{read} rows came back of {_rows}.");
        }

        private void RowByRow()
        {
            IRowToRowMapper mapper = ((ITransformer)_model).GetRowToRowMapper(_source.Schema);
            DataViewSchema.Column score = mapper.OutputSchema["Score"];
            using DataViewRowCursor cursor = _source.GetRowCursor(_source.Schema);
            DataViewRow row = mapper.GetRow(cursor, [score]);
            ValueGetter<VBuffer<float>> getter = row.GetGetter<VBuffer<float>>(score);
            VBuffer<float> value = default;
            while (cursor.MoveNext())
                getter(ref value);
        }

        private void Forward()
        {
            const int Batch = 256;
            var outputs = new float[Batch * _model.Model.OutputWidth];
            for (int first = 0; first < _rows; first += Batch)
            {
                int some = Math.Min(Batch, _rows - first);
                _model.Model.Network.Scorer.Score(_features.AsSpan(first * _width, some * _width), some, outputs);
            }
        }
    }
}
