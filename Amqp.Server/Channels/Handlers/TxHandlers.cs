using Amqp.Protocol;

namespace Amqp.Server.Channels.Handlers;

/// <summary>The tx.* methods.</summary>
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

    /// <summary>The answer waits for the disk, and the read loop for the answer.</summary>
    private static void Commit(AmqpChannel channel, TxCommit method) =>
        channel.Connection.PendingCommit = new PendingCommit(channel, channel.Session.Transactions.Commit());

    private static void Rollback(AmqpChannel channel, TxRollback method)
    {
        channel.Session.Transactions.Rollback();
        channel.Send(new TxRollbackOk());
    }
}
