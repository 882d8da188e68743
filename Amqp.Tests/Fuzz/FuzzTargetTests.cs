using System.Diagnostics;
using Amqp.Tests.Fuzz.Targets;
using Amqp.Tests.Support;

namespace Amqp.Tests.Fuzz;

/// <summary>Runs each fuzz target with all its seeds, and then with random mutations of the seeds, by default for a second.</summary>
public sealed class FuzzTargetTests
{
    private static readonly TimeSpan _time = TimeSpan.FromSeconds(TestRounds.Number("AMQP_TESTS_FUZZ_SECONDS") ?? 1);

    private static IEnumerable<string> Names => FuzzTarget.All.Keys;

    [TestCaseSource(nameof(Names))]
    public async Task Any_bytes_are_read_or_refused(string name)
    {
        int seed = TestRounds.Seed;
        var random = new Random(seed);
        using var target = FuzzTarget.All[name]();
        byte[][] seeds = [.. target.Seeds];
        foreach (byte[] input in seeds)
            Run(target, input, seed);
        int runs = 0;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < _time; runs++)
            Run(target, Mutate(seeds[random.Next(seeds.Length)], seeds, random), seed);
        await TestContext.Progress.WriteLineAsync($"{name}: {seeds.Length} seeds, {runs} mutations with seed {seed}");
    }

    private static void Run(FuzzTarget target, byte[] input, int seed)
    {
        try
        {
            target.Run(input);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException(
                $"with seed {seed}, for {Convert.ToHexString(input.AsSpan(0, Math.Min(input.Length, 4000)))}: {error.Message}", error);
        }
    }

    private static byte[] Mutate(byte[] input, byte[][] others, Random random)
    {
        var bytes = input.ToList();
        for (int count = random.Next(1, 6); count > 0; count--)
        {
            int place = random.Next(bytes.Count + 1);
            switch (random.Next(5))
            {
                case 0 when place < bytes.Count:
                    bytes[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when place < bytes.Count:
                    bytes[place] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.Insert(place, (byte)random.Next(256));
                    break;
                case 3 when place < bytes.Count:
                    bytes.RemoveRange(place, random.Next(bytes.Count - place));
                    break;
                default:
                    byte[] other = others[random.Next(others.Length)];
                    int start = random.Next(other.Length + 1);
                    bytes.InsertRange(place, other[start..(start + random.Next(Math.Min(64, other.Length - start) + 1))]);
                    break;
            }
        }
        return [.. bytes];
    }
}
