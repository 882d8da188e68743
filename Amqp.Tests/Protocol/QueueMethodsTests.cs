using Amqp.Protocol;

namespace Amqp.Tests.Protocol;

public class QueueMethodsTests
{
    private static readonly FieldTable _aIsTrue = FieldTable.Empty.With("a", FieldValue.FromBoolean(true));

    [TestCase(true, false, false, false, false, "01")]
    [TestCase(false, true, false, false, false, "02")]
    [TestCase(false, false, true, false, false, "04")]
    [TestCase(false, false, false, true, false, "08")]
    [TestCase(false, false, false, false, true, "10")]
    public void Queue_declare_packs_its_flags_into_one_octet_lowest_bit_first(
        bool passive, bool durable, bool exclusive, bool autoDelete, bool noWait, string flags) =>
        GoldenBytes.AssertAre(
            new QueueDeclare("q", passive, durable, exclusive, autoDelete, noWait, _aIsTrue),
            "0032" + "000A", "0000", "01" + "71", flags, "00000004" + "0161" + "7401");

    [Test]
    public void Queue_declare_ok_carries_name_messages_and_consumers() =>
        GoldenBytes.AssertAre(new QueueDeclareOk("q", 7, 2), "0032" + "000B", "01" + "71", "00000007", "00000002");

    [Test]
    public void Queue_bind_carries_queue_exchange_key_and_arguments() =>
        GoldenBytes.AssertAre(
            new QueueBind("q", "x", "k", NoWait: true, _aIsTrue),
            "0032" + "0014", "0000", "01" + "71", "01" + "78", "01" + "6B", "01", "00000004" + "0161" + "7401");

    [Test]
    public void Queue_bind_ok_carries_nothing() =>
        GoldenBytes.AssertAre(new QueueBindOk(), "0032" + "0015");

    [Test]
    public void Queue_unbind_has_no_flags() =>
        GoldenBytes.AssertAre(
            new QueueUnbind("q", "x", "k", _aIsTrue),
            "0032" + "0032", "0000", "01" + "71", "01" + "78", "01" + "6B", "00000004" + "0161" + "7401");

    [Test]
    public void Queue_unbind_ok_carries_nothing() =>
        GoldenBytes.AssertAre(new QueueUnbindOk(), "0032" + "0033");

    [Test]
    public void Queue_purge_carries_a_name_and_a_flag() =>
        GoldenBytes.AssertAre(new QueuePurge("q", NoWait: true), "0032" + "001E", "0000", "01" + "71", "01");

    [Test]
    public void Queue_purge_ok_carries_a_count() =>
        GoldenBytes.AssertAre(new QueuePurgeOk(258), "0032" + "001F", "00000102");

    [TestCase(true, false, false, "01")]
    [TestCase(false, true, false, "02")]
    [TestCase(false, false, true, "04")]
    public void Queue_delete_carries_a_name_and_three_flags(bool ifUnused, bool ifEmpty, bool noWait, string flags) =>
        GoldenBytes.AssertAre(new QueueDelete("q", ifUnused, ifEmpty, noWait), "0032" + "0028", "0000", "01" + "71", flags);

    [Test]
    public void Queue_delete_ok_carries_a_count() =>
        GoldenBytes.AssertAre(new QueueDeleteOk(258), "0032" + "0029", "00000102");
}
