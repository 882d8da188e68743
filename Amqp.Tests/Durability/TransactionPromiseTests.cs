namespace Amqp.Tests.Durability;

/// <summary>
/// The broker is killed before, during or after a tx.commit. If the broker has sent tx.commit-ok, the transaction must be complete.
/// </summary>
public sealed class TransactionPromiseTests : CrashingBroker
{
    [Test]
    public async Task Commit_ok_keeps_every_message_of_the_transaction()
    {
        string queue = await DeclareAsync("ledger");
        await Channel.TxSelectAsync();
        foreach (int number in Enumerable.Range(1, 200))
            await PublishAsync("", queue, $"{number}");
        await Channel.TxCommitAsync();

        await CrashAsync();

        Assert.That(await TakeAllAsync(queue), Is.EqualTo(Enumerable.Range(1, 200).Select(number => $"{number}")));
    }

    [Test]
    public async Task Commit_ok_keeps_the_acknowledgements_of_the_transaction()
    {
        string queue = await DeclareAsync("ledger");
        await ConfirmAsync("", queue, "taken", "left");
        await ReopenAsync();
        await Channel.TxSelectAsync();
        var taken = await Channel.BasicGetAsync(queue, autoAck: false);
        await Channel.BasicAckAsync(taken!.DeliveryTag, multiple: false);
        await Channel.TxCommitAsync();

        await CrashAsync();

        Assert.That(await TakeAllAsync(queue), Is.EqualTo(["left"]));
    }

    [Test]
    public async Task What_was_not_committed_is_gone()
    {
        string queue = await DeclareAsync("ledger");
        await Channel.TxSelectAsync();
        await PublishAsync("", queue, "committed");
        await Channel.TxCommitAsync();
        await PublishAsync("", queue, "held back");
        await Channel.QueueDeclarePassiveAsync(queue); // after the reply to this request, the broker has received the publish

        await CrashAsync();

        Assert.That(await TakeAllAsync(queue), Is.EqualTo(["committed"]));
    }
}
