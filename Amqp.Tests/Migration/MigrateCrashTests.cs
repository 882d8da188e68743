using System.Diagnostics;
using Amqp.Tests.Cli;
using Amqp.Tests.Support;

namespace Amqp.Tests.Migration;

/// <summary>Kills the command, the source and the target during a move. The move goes on, and loses nothing.</summary>
public sealed class MigrateCrashTests
{
    private const int Queues = 3, Count = 4000, Prefetch = 20;

    [Test]
    public async Task A_target_that_stays_away_ends_the_command_and_the_next_run_goes_on()
    {
        await using var source = await BrokerProcess.StartAsync();
        await using var target = await BrokerProcess.StartAsync();
        using var migration = new MigrationProcess(
            $"amqp://guest:guest@127.0.0.1:{source.Port}", $"http://guest:guest@127.0.0.1:{source.ManagementPort}",
            $"http://127.0.0.1:{target.ManagementPort}", $"amqp://guest:guest@127.0.0.1:{target.Port}");
        await using var here = await TestEnd.OpenAsync(source.Port);
        await here.DeclareAsync("q");
        string[] sent = await here.FillAsync("q", TestMessages.Of("q", 0, Count));

        Task<CliRun> running = migration.RunAsync("--prefetch", "1", "--retry", "1");
        await migration.MovedAsync(1);
        target.Kill();
        CliRun run = await running;

        Assert.That(run.ExitCode, Is.EqualTo(69), run.Output + run.Error);
        Assert.That(run.Error, Does.Contain("q: target: ").And.Contain("; connecting again"));
        Assert.That(run.Error, Does.Contain($"amqpbroker: The target amqp://127.0.0.1:{target.Port} failed for more than 1 s: "));
        await target.RestartAsync();
        Assert.That((await migration.RunAsync()).ExitCode, Is.Zero);
        await using var there = await TestEnd.OpenAsync(target.Port);
        MovedMessages.Check("q", sent, await there.DrainAsync("q"));
    }

    [TestCase("command")]
    [TestCase("source")]
    [TestCase("target")]
    public async Task A_killed_process_loses_nothing_and_the_order_stays(string killed)
    {
        await using var source = await BrokerProcess.StartAsync();
        await using var target = await BrokerProcess.StartAsync();
        using var migration = new MigrationProcess(
            $"amqp://guest:guest@127.0.0.1:{source.Port}", $"http://guest:guest@127.0.0.1:{source.ManagementPort}",
            $"http://127.0.0.1:{target.ManagementPort}", $"amqp://guest:guest@127.0.0.1:{target.Port}");
        var sent = new Dictionary<string, string[]>();
        await using (var end = await TestEnd.OpenAsync(source.Port))
            for (int i = 0; i < Queues; i++)
            {
                await end.DeclareAsync($"q{i}");
                sent[$"q{i}"] = await end.FillAsync($"q{i}", TestMessages.Of($"q{i}", 0, Count, largeEvery: 1000));
            }

        string[] slow = ["--prefetch", $"{Prefetch}", "--parallel", "2"];
        for (int part = 1; part <= 3; part++)
        {
            long earlier = migration.Moved;
            using Process run = migration.Start(slow);
            await migration.MovedAsync(Math.Max(earlier + 1, part * Queues * Count / 5), run);
            BrokerProcess? broker = killed == "source" ? source : killed == "target" ? target : null;
            if (broker is not null)
            {
                broker.Kill();
                await broker.RestartAsync();
                await migration.MovedAsync(migration.Moved + 1, run); // the running command has connected again
            }
            run.Kill();
            await run.WaitForExitAsync();
        }
        CliRun last = await migration.RunAsync(slow);

        Assert.That(last.ExitCode, Is.Zero, last.Output + last.Error);
        int twice = 0;
        await using var there = await TestEnd.OpenAsync(target.Port);
        foreach (var (queue, messages) in sent)
            twice += MovedMessages.Check(queue, messages, await there.DrainAsync(queue));
        // An acknowledgement that the source has not written yet counts as in flight too.
        Assert.That(twice, Is.LessThanOrEqualTo(3 * 2 * 2 * Prefetch + (killed == "source" ? 3 * Count : 0)));
    }
}
