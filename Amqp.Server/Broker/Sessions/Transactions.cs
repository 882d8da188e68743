using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Sessions;

/// <summary>
/// After tx.select, holds the publishes and settlements of a session until the client commits. Owned by the session's thread.
/// </summary>
internal sealed class Transactions(BrokerSession session, Settlements settlements)
{
    /// <summary>The held publishes and settlements; null while the session is not transactional.</summary>
    public Transaction? Held { get; private set; }

    /// <summary>Starts to hold publishes and settlements until a commit.</summary>
    /// <exception cref="BrokerException">406: the session confirms publishes.</exception>
    public void Select()
    {
        if (session.Confirms.AreSelected)
            throw new BrokerException(BrokerError.Precondition, "cannot switch from confirm to tx mode");
        Held ??= new Transaction(session.Client.HeldMemory);
    }

    /// <summary>Applies the held publishes, then the held settlements.</summary>
    /// <returns>A log position: the transaction is durable once the log is synced up to this position.</returns>
    /// <exception cref="BrokerException">406: the session is not transactional, or a queue refused a message.</exception>
    public long Commit()
    {
        var transaction = Demand();
        bool isRefused = false;
        foreach (var publish in transaction.Publishes)
        {
            var route = session.Publisher.Routes.Renew(publish.Route, publish.TopologyVersion, publish.Head);
            isRefused |= !session.Publisher.Deliver(route, publish.Tally, publish.Head, publish.Body, publish.Traits, publish.IsMandatory);
        }
        Settle(transaction);
        return isRefused
            ? throw new BrokerException(BrokerError.Precondition, "partial tx completion")
            : session.Client.Store.AppendedPosition;
    }

    /// <summary>Drops the held publishes, and makes the deliveries of the held settlements unacknowledged again.</summary>
    /// <exception cref="BrokerException">406: the session is not transactional.</exception>
    public void Rollback()
    {
        var transaction = Demand();
        GiveBack();
        transaction.Clear();
    }

    /// <summary>Makes the deliveries of the held settlements unacknowledged again, without dropping the held publishes.</summary>
    public void GiveBack()
    {
        if (Held is { Settlements.Count: > 0 } transaction)
            session.Deliveries.Restore(transaction.Settlements.Select(held => held.Delivery));
    }

    private void Settle(Transaction transaction)
    {
        var round = session.Client.Round;
        round.BindsSettles = transaction is { Publishes.Count: > 0, Settlements.Count: > 0 };
        try
        {
            foreach (var (delivery, settlement) in transaction.SettlementsToCommit())
            {
                session.Deliveries.NoteSettled(delivery);
                session.Consumers.ResumeWaiting();
                settlements.Apply(delivery, settlement);
            }
            transaction.Clear();
            round.Drain(); // publishes dead letters now, so that the log position of the commit includes them
        }
        finally
        {
            round.BindsSettles = false;
        }
    }

    private Transaction Demand() => Held ?? throw new BrokerException(BrokerError.Precondition, "channel is not transactional");
}
