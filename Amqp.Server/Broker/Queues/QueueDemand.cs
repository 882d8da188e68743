namespace Amqp.Server.Broker.Queues;

/// <summary>
/// Tells if a federated queue wants messages of other brokers: it is empty, and one of its own consumers has free capacity. As in
/// RabbitMQ, consumers of a priority below 0 do not count, because links to other brokers have the priority -1.
/// </summary>
/// <remarks>The lock of the queue guards the state. Every method is called under the lock.</remarks>
internal sealed class QueueDemand(QueueState state)
{
    private Action<bool>? _followers;
    private bool _isWanting;

    private bool IsWanting =>
        state.Messages.Count == 0 && !state.IsDeleted && state.Consumers.Next(out _) is { Consumer.Priority: >= 0 };

    public void Add(Action<bool> follower)
    {
        _followers += follower;
        Check();
        follower(_isWanting);
    }

    /// <returns>True if no follower is left.</returns>
    public bool Remove(Action<bool> follower)
    {
        _followers -= follower;
        return _followers is null;
    }

    /// <summary>Tells the followers if the demand has changed. Called after deliveries and after a consumer has left.</summary>
    public void Check()
    {
        bool isWanting = IsWanting;
        if (isWanting == _isWanting)
            return;
        _isWanting = isWanting;
        _followers?.Invoke(isWanting);
    }
}
