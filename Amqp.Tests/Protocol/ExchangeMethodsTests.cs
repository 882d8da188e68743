using Amqp.Protocol;

namespace Amqp.Tests.Protocol;

public class ExchangeMethodsTests
{
    private static readonly FieldTable _aIsTrue = FieldTable.Empty.With("a", FieldValue.FromBoolean(true));

    [TestCase(true, false, false, false, false, "01")]
    [TestCase(false, true, false, false, false, "02")]
    [TestCase(false, false, true, false, false, "04")]
    [TestCase(false, false, false, true, false, "08")]
    [TestCase(false, false, false, false, true, "10")]
    public void Exchange_declare_packs_its_flags_into_one_octet_lowest_bit_first(
        bool passive, bool durable, bool autoDelete, bool @internal, bool noWait, string flags) =>
        GoldenBytes.AssertAre(
            new ExchangeDeclare("x", "topic", passive, durable, autoDelete, @internal, noWait, _aIsTrue),
            "0028" + "000A", "0000", "01" + "78", "05" + "746F706963", flags, "00000004" + "0161" + "7401");

    [Test]
    public void Exchange_declare_ok_carries_nothing() =>
        GoldenBytes.AssertAre(new ExchangeDeclareOk(), "0028" + "000B");

    [TestCase(true, false, "01")]
    [TestCase(false, true, "02")]
    public void Exchange_delete_carries_a_name_and_two_flags(bool ifUnused, bool noWait, string flags) =>
        GoldenBytes.AssertAre(new ExchangeDelete("x", ifUnused, noWait), "0028" + "0014", "0000", "01" + "78", flags);

    [Test]
    public void Exchange_delete_ok_carries_nothing() =>
        GoldenBytes.AssertAre(new ExchangeDeleteOk(), "0028" + "0015");

    [Test]
    public void Exchange_bind_names_the_destination_before_the_source() =>
        GoldenBytes.AssertAre(
            new ExchangeBind("d", "s", "k", NoWait: true, _aIsTrue),
            "0028" + "001E", "0000", "01" + "64", "01" + "73", "01" + "6B", "01", "00000004" + "0161" + "7401");

    [Test]
    public void Exchange_bind_ok_carries_nothing() =>
        GoldenBytes.AssertAre(new ExchangeBindOk(), "0028" + "001F");

    [Test]
    public void Exchange_unbind_names_the_destination_before_the_source() =>
        GoldenBytes.AssertAre(
            new ExchangeUnbind("d", "s", "k", NoWait: true, _aIsTrue),
            "0028" + "0028", "0000", "01" + "64", "01" + "73", "01" + "6B", "01", "00000004" + "0161" + "7401");

    [Test]
    public void Exchange_unbind_ok_is_method_51() =>
        GoldenBytes.AssertAre(new ExchangeUnbindOk(), "0028" + "0033");
}
