using Amqp.Protocol;

namespace Amqp.Tests.Protocol;

public class MethodIdTests
{
    /// <summary>
    /// All methods of AMQP 0-9-1 and of RabbitMQ's extensions. For each method: the name of its struct, the class id and the method id.
    /// </summary>
    private static readonly (string Name, ushort Class, ushort Method)[] _methods =
    [
        ("ConnectionStart", 10, 10), ("ConnectionStartOk", 10, 11), ("ConnectionSecure", 10, 20), ("ConnectionSecureOk", 10, 21),
        ("ConnectionTune", 10, 30), ("ConnectionTuneOk", 10, 31), ("ConnectionOpen", 10, 40), ("ConnectionOpenOk", 10, 41),
        ("ConnectionClose", 10, 50), ("ConnectionCloseOk", 10, 51), ("ConnectionBlocked", 10, 60), ("ConnectionUnblocked", 10, 61),
        ("ConnectionUpdateSecret", 10, 70), ("ConnectionUpdateSecretOk", 10, 71),
        ("ChannelOpen", 20, 10), ("ChannelOpenOk", 20, 11), ("ChannelFlow", 20, 20), ("ChannelFlowOk", 20, 21),
        ("ChannelClose", 20, 40), ("ChannelCloseOk", 20, 41),
        ("AccessRequest", 30, 10), ("AccessRequestOk", 30, 11),
        ("ExchangeDeclare", 40, 10), ("ExchangeDeclareOk", 40, 11), ("ExchangeDelete", 40, 20), ("ExchangeDeleteOk", 40, 21),
        ("ExchangeBind", 40, 30), ("ExchangeBindOk", 40, 31), ("ExchangeUnbind", 40, 40), ("ExchangeUnbindOk", 40, 51),
        ("QueueDeclare", 50, 10), ("QueueDeclareOk", 50, 11), ("QueueBind", 50, 20), ("QueueBindOk", 50, 21),
        ("QueuePurge", 50, 30), ("QueuePurgeOk", 50, 31), ("QueueDelete", 50, 40), ("QueueDeleteOk", 50, 41),
        ("QueueUnbind", 50, 50), ("QueueUnbindOk", 50, 51),
        ("BasicQos", 60, 10), ("BasicQosOk", 60, 11), ("BasicConsume", 60, 20), ("BasicConsumeOk", 60, 21),
        ("BasicCancel", 60, 30), ("BasicCancelOk", 60, 31), ("BasicPublish", 60, 40), ("BasicReturn", 60, 50),
        ("BasicDeliver", 60, 60), ("BasicGet", 60, 70), ("BasicGetOk", 60, 71), ("BasicGetEmpty", 60, 72),
        ("BasicAck", 60, 80), ("BasicReject", 60, 90), ("BasicRecoverAsync", 60, 100), ("BasicRecover", 60, 110),
        ("BasicRecoverOk", 60, 111), ("BasicNack", 60, 120),
        ("ConfirmSelect", 85, 10), ("ConfirmSelectOk", 85, 11),
        ("TxSelect", 90, 10), ("TxSelectOk", 90, 11), ("TxCommit", 90, 20), ("TxCommitOk", 90, 21),
        ("TxRollback", 90, 30), ("TxRollbackOk", 90, 31),
    ];

    private static IEnumerable<TestCaseData> Methods =>
        _methods.Select(method => new TestCaseData(method.Name, method.Class, method.Method));

    [TestCaseSource(nameof(Methods))]
    public void Every_method_of_the_protocol_is_a_struct_with_its_id(string name, ushort classId, ushort methodId)
    {
        var method = typeof(QueueDeclare).Assembly.GetType($"Amqp.Protocol.{name}");

        Assert.That(method?.GetProperty("Id")?.GetValue(null), Is.EqualTo(new MethodId(classId, methodId)));
    }

    [Test]
    public void No_struct_stands_for_a_method_that_the_protocol_does_not_have() =>
        Assert.That(MethodTypes.All.Select(type => type.Name), Is.EquivalentTo(_methods.Select(method => method.Name)));

    [Test]
    public void An_id_is_its_class_above_its_method()
    {
        Assert.That(new MethodId(60, 40).Value, Is.EqualTo(0x003C0028u));
        Assert.That(MethodId.FromValue(0x003C0028), Is.EqualTo(BasicPublish.Id));
    }
}
