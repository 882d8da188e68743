using System.Diagnostics;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Durability;

/// <summary>
/// Consumes all queues of dead letters or delayed messages, and checks each delivery. All queues are consumed at the same time, because
/// messages move from queue to queue.
/// </summary>
internal sealed class WandererInspection(WandererLedger ledger, bool drain)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly HashSet<Serial> _seen = [];
    private readonly List<string> _faults = [];
    private readonly List<IChannel> _channels = [];

    /// <summary>Starts consuming the queues.</summary>
    public async Task BeginAsync(IConnection connection, params IEnumerable<string> queues)
    {
        foreach (string queue in queues)
        {
            var channel = await connection.CreateChannelAsync();
            _channels.Add(channel);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += async (_, delivery) =>
            {
                Note(queue, CrashMessage.Read(delivery));
                if (drain)
                    await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
            };
            await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
        }
    }

    /// <summary>Waits until all messages that must arrive have arrived, and stops consuming.</summary>
    /// <returns>The errors that were found, and the number of messages that arrived.</returns>
    public async Task<(IReadOnlyList<string> Faults, int Seen)> EndAsync(bool isLast)
    {
        var watch = Stopwatch.StartNew();
        while (ledger.Missing(Seen()) is var missing && (missing.Count > 0 || (isLast && ledger.AllDue > DateTime.UtcNow)))
        {
            if (watch.Elapsed > _patience)
            {
                lock (_gate)
                    _faults.AddRange(missing);
                break;
            }
            await Task.Delay(_interval);
        }
        foreach (var channel in _channels)
        {
            await channel.CloseAsync(); // requeues the messages that were not acknowledged
            await channel.DisposeAsync();
        }
        var seen = Seen();
        ledger.GoOn(seen, isSettled: drain);
        lock (_gate)
            return ([.. _faults], seen.Count);
    }

    private HashSet<Serial> Seen()
    {
        lock (_gate)
            return [.. _seen];
    }

    private void Note(string queue, in Found found)
    {
        lock (_gate)
        {
            _seen.Add(found.Serial);
            if (ledger.Judge(queue, found) is { } fault)
                _faults.Add(fault);
        }
    }
}
