using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Holds back what is published and settled on a session until its client commits, once it has asked for that.</summary>
/// <remarks>Owned by the one thread that asks for the session.</remarks>
internal sealed class Transactions(BrokerSession session, Settlements settlements)
{
    /// <summary>What is held; null while the session is not transactional.</summary>
    public Transaction? Held { get; private set; }

    /// <summary>Has publishes and settlements held from now on.</summary>
    /// <exception cref="BrokerException">406: publishes are confirmed.</exception>
    public void Select()
    {
        if (session.Confirms.AreSelected)
            throw new BrokerException(BrokerError.Precondition, "cannot switch from confirm to tx mode");
        Held ??= new Transaction(session.Client.HeldMemory);
    }

    /// <summary>Does what was held: first the publishes, then the settlements.</summary>
    /// <returns>The position of the store at which all of it is safe.</returns>
    /// <exception cref="BrokerException">406: the session is not transactional, or a queue has refused a message.</exception>
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

    /// <summary>Forgets what was held: publishes are gone, settlements were not said.</summary>
    /// <exception cref="BrokerException">406: the session is not transactional.</exception>
    public void Rollback()
    {
        var transaction = Demand();
        GiveBack();
        transaction.Clear();
    }

    /// <summary>Makes the deliveries that are held unacknowledged again.</summary>
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
            round.Drain(); // dead letters of the transaction are in the log before its end is taken
        }
        finally
        {
            round.BindsSettles = false;
        }
    }

    private Transaction Demand() => Held ?? throw new BrokerException(BrokerError.Precondition, "channel is not transactional");
}
