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
        bool isRefused = false;
        foreach (var publish in transaction.Publishes)
        {
            var route = channel.Publisher.Renew(publish.Route, publish.TopologyVersion, publish.Head);
            isRefused |= !BasicPublishHandler.Deliver(channel, route, publish.Tally, publish.Head, publish.Body, publish.Traits, publish.IsMandatory);
        }
        var round = channel.Session.Round;
        round.BindsSettles = transaction is { Publishes.Count: > 0, Settlements.Count: > 0 };
        try
        {
            foreach (var (delivery, settlement) in transaction.SettlementsToCommit())
            {
                channel.NoteSettled(delivery);
                channel.ResumeConsumers();
                BasicSettlementHandlers.Apply(channel, delivery, settlement);
            }
            transaction.Clear();
            round.Drain(); // dead letters of the transaction are in the log before its end is taken
        }
        finally
        {
            round.BindsSettles = false;
        }
        if (isRefused)
            throw new AmqpException(ReplyCode.PreconditionFailed, "partial tx completion", TxCommit.Id);
        channel.Session.PendingCommit = new PendingCommit(channel, channel.Session.VirtualHost.Host.Services.Store.AppendedPosition);
    }

    private static void Rollback(AmqpChannel channel, TxRollback method)
    {
        var transaction = Demand(channel);
        channel.GiveHeldBack();
        transaction.Clear();
        channel.Send(new TxRollbackOk());
    }

    private static Transaction Demand(AmqpChannel channel) =>
        channel.Transaction ?? throw new AmqpException(ReplyCode.PreconditionFailed, "channel is not transactional");
}
