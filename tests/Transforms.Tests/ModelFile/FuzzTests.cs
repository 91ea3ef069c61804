using System.Globalization;
using Microsoft.ML;
using MLExtensions.Trainers.Nets;
using MLExtensions.Trainers.Runtime;
using MLExtensions.Transforms.Tests.Support;

namespace MLExtensions.Transforms.Tests.ModelFile;

/// <summary>Thousands of files cut and altered at random, always the same ones: a refusal or the same model, nothing else.</summary>
public sealed class FuzzTests
{
    private const long MostBytes = 64L << 20;
    private static readonly TestView Source = new(3, TestColumn.Features());
    private static readonly NeuralNetworkTransformer Model = Models.Create(NetTask.Multiclass, Models.Texts("a", "b", "c"));
    private static readonly List<int> Expected = Model.Transform(Source).ScoreBits();

    [Fact]
    public void Altered_bytes_of_the_network_are_refused_or_load_the_same_model()
    {
        byte[] good = FileBytes.Write(Model.Model.Network, Models.Texts("a", "b", "c"));
        SeededRandom random = SeededRandom.Derive(7, 1);
        for (int round = 0; round < 30_000; round++)
        {
            byte[] bytes = Damage(good, random);
            try
            {
                NeuralNetworkTransformer loaded = Bounded(() => FileBytes.Read(bytes));
                Assert.Equal(Expected, loaded.Transform(Source).ScoreBits());
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [Fact]
    public void Altered_model_files_are_refused_or_load_the_same_model()
    {
        // What ML.NET and .NET's zip reader say: damaged data, a header that is none, a loader's assembly or class that is not there.
        Type[] refusals =
        [
            typeof(InvalidDataException), typeof(FormatException), typeof(FileNotFoundException), typeof(FileLoadException), typeof(InvalidOperationException), typeof(EndOfStreamException),
        ];
        using var stream = new MemoryStream();
        var ml = new MLContext(1);
        ml.Model.Save(Model, Source.Schema, stream);
        byte[] good = stream.ToArray();
        byte[] schema = good[good.AsSpan().IndexOf("Schema"u8)..good.AsSpan().IndexOf("PK\u0001\u0002"u8)];
        SeededRandom random = SeededRandom.Derive(7, 2);
        int refused = 0, loaded = 0;
        for (int round = 0; round < 1_500; round++)
        {
            byte[] bytes = Damage(good, random);
            // ML.NET reads its own entry 'Schema' first, and its binary loader can loop for ever on altered bytes; nothing of ours has run by then.
            if (bytes.AsSpan().IndexOf(schema) < 0)
                continue;
            try
            {
                ITransformer model = Bounded(() => ml.Model.Load(new MemoryStream(bytes), out _));
                Assert.Equal(Expected, model.Transform(Source).ScoreBits());
                loaded++;
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.True(refusals.Contains(e.GetBaseException().GetType()), $"Round {round}: {e}");
                refused++;
            }
        }

        Assert.True(refused > 500 && loaded > 20, $"{refused} refused, {loaded} loaded.");
    }

    private static byte[] Damage(byte[] good, SeededRandom random)
    {
        byte[] bytes = [.. good];
        switch (Below(random, 4))
        {
            case 0:
                return bytes[..Below(random, bytes.Length)];
            case 1: // a piece is gone
                int from = Below(random, bytes.Length), length = Below(random, bytes.Length - from);
                return [.. bytes[..from], .. bytes[(from + length)..]];
            case 2: // a run of noise
                int start = Below(random, bytes.Length), end = Math.Min(bytes.Length, start + 1 + Below(random, 32));
                for (int i = start; i < end; i++)
                    bytes[i] = (byte)random.NextUInt64();
                return bytes;
            default: // a few bytes
                for (int i = 1 + Below(random, 4); i > 0; i--)
                    bytes[Below(random, bytes.Length)] = (byte)random.NextUInt64();
                return bytes;
        }
    }

    private static int Below(SeededRandom random, int limit) => (int)(random.NextUInt64() % (ulong)Math.Max(1, limit));

    private static T Bounded<T>(Func<T> load)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            return load();
        }
        finally
        {
            long used = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(used < MostBytes, string.Create(CultureInfo.InvariantCulture, $"{used} bytes were allocated."));
        }
    }
}
