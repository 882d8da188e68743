using Amqp.Protocol;

namespace Amqp.Server.Channels.Handlers;

/// <summary>The tx.* methods: publishes and acknowledgements are held back until the commit.</summary>
internal static class TxHandlers
{
    public static MethodTable<AmqpChannel> OnTxMethods(this MethodTable<AmqpChannel> table) => table
        .On<TxSelect>(Select)
        .On<TxCommit>(Commit)
        .On<TxRollback>(Rollback);

    private static void Select(AmqpChannel channel, TxSelect method)
    {
        if (channel.Confirms is not null)
            throw new AmqpException(ReplyCode.PreconditionFailed, "cannot switch from confirm to tx mode");
        channel.Transaction ??= new Transaction(channel.Session.HeldMemory);
        channel.Send(new TxSelectOk());
    }

    /// <summary>Does what was held back. The answer waits for the disk, and the read loop for the answer.</summary>
    private static void Commit(AmqpChannel channel, TxCommit method)
    {
        var transaction = Demand(channel);
        foreach (var publish in transaction.Publishes)
            BasicPublishHandler.Deliver(channel, publish.Route, publish.Tally, publish.Head, publish.Body, publish.Traits, publish.IsMandatory);
        if (transaction is { Publishes.Count: > 0, Settlements.Count: > 0 })
            channel.Session.VirtualHost.Store.BindSettles();
        foreach (var (tag, settlement) in transaction.Settlements)
            if (channel.TryTake(tag, out var delivery))
                BasicSettlementHandlers.Apply(channel, delivery, settlement);
        BasicSettlementHandlers.ResumeIfLimited(channel);
        transaction.Clear();
        channel.Session.Round.Drain(); // dead letters of the transaction are in the log before its end is taken
        channel.Session.PendingCommit = new PendingCommit(channel, channel.Session.VirtualHost.Store.AppendedPosition);
    }

    private static void Rollback(AmqpChannel channel, TxRollback method)
    {
        var transaction = Demand(channel);
        foreach (var (tag, _) in transaction.Settlements)
            channel.MarkInTransaction(tag, false);
        transaction.Clear();
        channel.Send(new TxRollbackOk());
    }

    private static Transaction Demand(AmqpChannel channel) =>
        channel.Transaction ?? throw new AmqpException(ReplyCode.PreconditionFailed, "channel is not transactional");
}
