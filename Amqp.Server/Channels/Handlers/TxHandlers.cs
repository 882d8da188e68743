using Amqp.Protocol;

namespace Amqp.Server.Channels.Handlers;

/// <summary>Handles the tx.* methods.</summary>
internal static class TxHandlers
{
    public static MethodTable<AmqpChannel> OnTxMethods(this MethodTable<AmqpChannel> table) => table
        .On<TxSelect>(Select)
        .On<TxCommit>(Commit)
        .On<TxRollback>(Rollback);

    private static void Select(AmqpChannel channel, TxSelect method)
    {
        channel.Session.Transactions.Select();
        channel.Send(new TxSelectOk());
    }

    /// <summary>
    /// Starts a commit. The read loop sends commit-ok once the commit is durable, and handles no other frame before that.
    /// </summary>
    private static void Commit(AmqpChannel channel, TxCommit method) =>
        channel.Connection.PendingCommit = new PendingCommit(channel, channel.Session.Transactions.Commit());

    private static void Rollback(AmqpChannel channel, TxRollback method)
    {
        channel.Session.Transactions.Rollback();
        channel.Send(new TxRollbackOk());
    }
}
