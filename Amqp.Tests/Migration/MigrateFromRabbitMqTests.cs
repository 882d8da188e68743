using System.Collections.Concurrent;
using System.Diagnostics;
using Amqp.Protocol;
using Amqp.Tests.Cli;
using Amqp.Tests.Support;

namespace Amqp.Tests.Migration;

/// <summary>
/// Moves definitions and messages of a real RabbitMQ, while producers go on. Kills the command twice and the target once.
/// <c>AMQP_TESTS_MIGRATION</c> sets the number of messages, by default 4,000.
/// </summary>
public sealed class MigrateFromRabbitMqTests
{
    private const int Queues = 50, Busy = 3, Prefetch = 50, Parallel = 4;

    [Test]
    public async Task Nothing_is_lost_on_the_way_from_RabbitMQ()
    {
        int count = TestRounds.Number("AMQP_TESTS_MIGRATION") ?? 4000;
        await using var source = await RabbitMqProcess.StartAsync();
        await using var target = await BrokerProcess.StartAsync();
        using var migration = new MigrationProcess(
            $"amqp://guest:guest@127.0.0.1:{source.Port}", $"http://guest:guest@127.0.0.1:{source.ManagementPort}",
            $"http://127.0.0.1:{target.ManagementPort}", $"amqp://guest:guest@127.0.0.1:{target.Port}");
        var sent = new ConcurrentDictionary<string, List<string>>();
        await FillAsync(source, sent, count / Queues);
        using var stopped = new CancellationTokenSource();
        Task producing = ProduceAsync(source, sent, count / Queues, stopped.Token);

        var watch = Stopwatch.StartNew();
        string[] options = ["--prefetch", $"{Prefetch}", "--parallel", $"{Parallel}"];
        for (int part = 1; part <= 3; part++)
        {
            long earlier = migration.Moved;
            using Process run = migration.Start(options);
            await migration.MovedAsync(Math.Max(earlier + 1, part * count / 5), run);
            if (part == 2)
            {
                target.Kill();
                await target.RestartAsync();
                await migration.MovedAsync(migration.Moved + 1, run); // the running command has connected again
            }
            run.Kill();
            await run.WaitForExitAsync();
        }
        await stopped.CancelAsync();
        await producing;
        CliRun last = await migration.RunAsync(options);
        TimeSpan took = watch.Elapsed;

        Assert.That(last.ExitCode, Is.Zero, last.Output + last.Error);
        Assert.That(last.Output, Does.Contain("in all 4 runs"));
        int twice = 0;
        await using var there = await TestEnd.OpenAsync(target.Port);
        foreach (var (queue, messages) in sent)
            twice += Compare(queue, messages, await there.DrainAsync(queue));
        int all = sent.Values.Sum(messages => messages.Count);
        TestContext.Progress.WriteLine(
            $"{all} messages in {Queues} queues moved in 4 runs and {took.TotalSeconds:0.0} s; {twice} of them arrived twice");
        Assert.That(twice, Is.LessThanOrEqualTo(3 * Parallel * 2 * Prefetch));
    }

    private static string NameOf(int queue) => $"{KindOf(queue)}-{queue}";

    private static string KindOf(int queue) => queue switch
    {
        < 30 => "classic",
        < 40 => "priority",
        < 45 => "quorum",
        _ => "ttl",
    };

    private static FieldTable ArgumentsOf(int queue) => KindOf(queue) switch
    {
        "priority" => FieldTable.Empty.With("x-max-priority", FieldValue.FromInt32(5)),
        "quorum" => FieldTable.Empty.With("x-queue-type", FieldValue.FromString("quorum")),
        "ttl" => FieldTable.Empty.With("x-message-ttl", FieldValue.FromInt32(86_400_000)),
        _ => FieldTable.Empty,
    };

    private static async Task FillAsync(RabbitMqProcess source, ConcurrentDictionary<string, List<string>> sent, int each)
    {
        await using var end = await TestEnd.OpenAsync(source.Port);
        for (int i = 0; i < Queues; i++)
        {
            await end.DeclareAsync(NameOf(i), ArgumentsOf(i));
            sent[NameOf(i)] = [.. await end.FillAsync(NameOf(i), TestMessages.Of(NameOf(i), 0, each, largeEvery: 500))];
        }
    }

    /// <summary>Goes on publishing to the first queues.</summary>
    private static async Task ProduceAsync(
        RabbitMqProcess source, ConcurrentDictionary<string, List<string>> sent, int from, CancellationToken stopped)
    {
        await using var end = await TestEnd.OpenAsync(source.Port);
        for (int next = from; !stopped.IsCancellationRequested; next++)
        {
            for (int i = 0; i < Busy; i++)
                sent[NameOf(i)].AddRange(await end.FillAsync(NameOf(i), TestMessages.Of(NameOf(i), next, 1)));
            await Task.Delay(10, CancellationToken.None);
        }
    }

    /// <summary>Compares a queue. In a queue with priorities, only messages of the same priority have an order.</summary>
    private static int Compare(string queue, List<string> sent, string[] arrived)
    {
        if (!queue.StartsWith("priority", StringComparison.Ordinal))
            return MovedMessages.Check(queue, sent, arrived);
        return arrived.GroupBy(PriorityOf).Sum(level =>
            MovedMessages.Check($"{queue}, priority {level.Key}", [.. sent.Where(name => PriorityOf(name) == level.Key)], [.. level]))
            + (sent.Count == arrived.Distinct().Count() ? 0 : throw new AssertionException($"{queue}: messages are missing"));
    }

    private static int PriorityOf(string name) =>
        Math.Min(5, (int)(BasicProperties.Read(Convert.FromHexString(name.Split(' ')[0])).Priority ?? 0));
}
