using System.Text.Json;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Migration;

/// <summary>Moves the messages of a plan, several queues at a time, and compares both brokers afterwards.</summary>
/// <remarks>One task uses it. Any thread may read <see cref="Queues"/>.</remarks>
internal sealed class MigrationRun
{
    private static readonly TimeSpan _saveInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>RabbitMQ refreshes the counts of its HTTP API every 5 seconds, so an old count is read again for so long.</summary>
    private static readonly TimeSpan _countsAge = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan _countsInterval = TimeSpan.FromMilliseconds(500);

    private readonly MigrationSettings _settings;
    private readonly MigrationPlan _plan;
    private readonly MigrationState? _state;
    private readonly MigrationEnds _ends;

    /// <param name="settings">The brokers, and the kind of move.</param>
    /// <param name="ends">Connects to both brokers.</param>
    /// <param name="plan">The queues.</param>
    /// <param name="state">The totals of earlier runs; null for a copy, which has none.</param>
    public MigrationRun(MigrationSettings settings, MigrationEnds ends, MigrationPlan plan, MigrationState? state)
    {
        (_settings, _ends, _plan, _state) = (settings, ends, plan, state);
        Queues = [.. plan.Queues.Select(queue =>
        {
            var (moved, targetBefore) = state?.Of(queue.Key) ?? QueueTotals.None;
            return new QueueProgress(queue, moved, targetBefore);
        })];
    }

    /// <summary>The progress of each queue.</summary>
    public IReadOnlyList<QueueProgress> Queues { get; }

    /// <summary>Moves the messages.</summary>
    /// <exception cref="CliException">A broker cannot be reached, or refuses the login.</exception>
    public async Task MoveAsync(CancellationToken cancellation)
    {
        string[] hosts = [.. _plan.Queues.Select(queue => queue.Key.VirtualHost).Distinct()];
        await _ends.CheckAsync(isTarget: false, hosts, cancellation);
        await _ends.CheckAsync(isTarget: true, hosts, cancellation);
        _state?.Save(Queues); // a file that cannot be written is reported before the first message
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task saving = SaveAsync(done.Token);
        try
        {
            await Parallel.ForEachAsync(
                Queues, new ParallelOptions { MaxDegreeOfParallelism = _settings.Parallel, CancellationToken = cancellation },
                (queue, stopped) => new ValueTask(
                    new QueueMove(
                        _settings, _ends.Connector, queue,
                        new MessageScreen(queue.Queue, _settings.TargetUser, _plan.MayImpersonate)).RunAsync(stopped)));
        }
        finally
        {
            await done.CancelAsync();
            await saving;
            _state?.Save(Queues);
        }
    }

    /// <summary>Counts the messages at both ends.</summary>
    /// <exception cref="CliException">A broker cannot be reached.</exception>
    public async Task<IReadOnlyList<QueueReport>> ReportAsync(CancellationToken cancellation)
    {
        QueueKey[] keys = [.. Queues.Select(queue => queue.Queue.Key)];
        var held = await UnacknowledgedAsync(cancellation);
        var here = await _ends.CountAsync(isTarget: false, keys, cancellation);
        var there = await _ends.CountAsync(isTarget: true, keys, cancellation);
        return [.. Queues.Select(queue => QueueReport.Of(
            queue, _settings.Copies, Count(here, queue), held.GetValueOrDefault(queue.Queue.Key), Count(there, queue)))];

        static long? Count(IReadOnlyDictionary<QueueKey, long> counts, QueueProgress queue) =>
            counts.TryGetValue(queue.Queue.Key, out long count) ? count : null;
    }

    private async Task<Dictionary<QueueKey, long>> UnacknowledgedAsync(CancellationToken cancellation)
    {
        HashSet<QueueKey> meant = [.. Queues.Select(queue => queue.Queue.Key)];
        long until = Environment.TickCount64 + (long)_countsAge.TotalMilliseconds;
        while (true)
        {
            JsonElement list = await _settings.SourceApi.GetAsync("queues", "list of queues", cancellation);
            var held = list.EnumerateArray().Select(QueueFacts.Of).Where(queue => meant.Contains(queue.Key))
                .ToDictionary(queue => queue.Key, queue => queue.Unacknowledged);
            if (held.Values.Sum() == 0 || Environment.TickCount64 > until)
                return held;
            await Task.Delay(_countsInterval, cancellation);
        }
    }

    private async Task SaveAsync(CancellationToken done)
    {
        if (_state is null)
            return;
        using var timer = new PeriodicTimer(_saveInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
                _state.Save(Queues);
        }
        catch (OperationCanceledException)
        {
            // The move has ended. Its caller saves the last counts.
        }
        catch (CliException)
        {
            // A full disk does not end the move. The last save reports it.
        }
    }
}
