using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Storage.Messages;
using Amqp.Tests.Support;

namespace Amqp.Tests.Channels;

/// <summary>A transaction keeps settlements until its commit. The commit executes the settlements in a certain order.</summary>
public sealed class TransactionTests
{
    private BareBroker _broker = null!;
    private Queue _queue = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _broker = new BareBroker();
        _queue = _broker.Declare("q");
    }

    [OneTimeTearDown]
    public async Task CloseAsync() => await _broker.DisposeAsync();

    /// <summary>
    /// Parameters: settlements in the order of the requests, and in the order of execution. A settlement is a letter and a delivery tag:
    /// <c>a</c> acknowledges, <c>r</c> rejects, <c>q</c> requeues.
    /// </summary>
    [TestCase("a3 a1 a2", "a1 a2 a3")]
    [TestCase("r2 r1 a4 a3 r6 r5", "r1 r2 a3 a4 r5 r6", Description = "of those that say the same, as long as they stand together")]
    [TestCase("q2 a1 q3", "q2 a1 q3")]
    [TestCase("q5 q4", "q4 q5")]
    [TestCase("", "")]
    public void Settlements_of_one_kind_are_made_in_the_order_of_their_deliveries(string said, string done)
    {
        var held = new HeldMemory();
        var transaction = new Transaction(held);
        foreach (string one in said.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var settlement = one[0] == 'a' ? Settlement.Acknowledge : one[0] == 'r' ? Settlement.Reject : Settlement.Requeue;
            transaction.Add(
                Delivery.Of((ulong)(one[1] - '0'), new StoredMessage(1, 0, 0, 1, MessageFlags.None), _queue, consumer: null), settlement);
        }

        var made = transaction.SettlementsToCommit().Select(each =>
            $"{(each.Settlement == Settlement.Acknowledge ? 'a' : each.Settlement == Settlement.Reject ? 'r' : 'q')}{each.Delivery.Tag}");

        Assert.That(string.Join(' ', made), Is.EqualTo(done));
        Assert.That(held.Bytes, said.Length == 0 ? Is.Zero : Is.Positive);
        transaction.Clear();
        Assert.That((held.Bytes, transaction.WaitingCounts), Is.EqualTo((0L, (0, 0))));
    }
}
