using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Server.Broker.Queues;

/// <summary>The services that a virtual host provides to its queues and exchanges.</summary>
/// <param name="VirtualHost">Name of the virtual host.</param>
/// <param name="Services">Services of the broker.</param>
/// <param name="Statistics">Message counts of the virtual host.</param>
/// <param name="DeadLetters">Publishes dead letters.</param>
internal sealed record QueueHost(string VirtualHost, QueueServices Services, VirtualHostStatistics Statistics, IDeadLetters DeadLetters)
{
    private readonly Lock _lock = new(); // guards changes of the fields
    private IMessageObserver? _observer;
    private bool _isCopied;
    private bool _isWatched;

    /// <summary>Observes the ways of messages; null unless a user traces messages. Any thread may read it.</summary>
    public IMessageObserver? Observer
    {
        get => Volatile.Read(ref _observer);
        set
        {
            lock (_lock)
            {
                Volatile.Write(ref _observer, value);
                Volatile.Write(ref _isWatched, _isCopied || value is not null);
            }
        }
    }

    /// <summary>True while messages are observed, or copied or measured elsewhere. Any thread may read it.</summary>
    public bool IsWatched => Volatile.Read(ref _isWatched);

    /// <summary>Sets if messages are copied to the firehose, or measured for OpenTelemetry.</summary>
    public void NoteCopied(bool isCopied)
    {
        lock (_lock)
        {
            _isCopied = isCopied;
            Volatile.Write(ref _isWatched, isCopied || _observer is not null);
        }
    }
}
