using System.Buffers;
using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Jobs;
using Amqp.Server.Broker.Messages;
using Amqp.Tests.Protocol;
using Amqp.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Broker;

/// <summary>A message that is written as a line of JSON and read again has the same octets.</summary>
public sealed class MessageLineTests
{
    [Test]
    public void Any_message_survives_the_way_through_a_line()
    {
        var messages =
            from exchange in Generators.ShortStrings
            from routingKey in Generators.ShortStrings
            from properties in Generators.Properties
            from body in Generators.Bytes
            select (exchange, routingKey, properties, body);

        Prop.ForAll(messages.ToArbitrary(), message =>
            IsKept(Address(Utf8(message.exchange), Utf8(message.routingKey)), Encoded.Properties(message.properties), message.body))
            .QuickCheckThrowOnFailure();
    }

    [Test]
    public void Octets_that_are_not_text_survive()
    {
        byte[] noText = [0xFF, 0x80, (byte)'a'];
        byte[] strangeFlags = [0x00, 0x01, 0x00, 0x00]; // a second word of flags, without properties
        byte[] noTextProperties = Encoded.Properties(new() { MessageId = OctetText.Decode(noText) });

        Assert.That(IsKept(Address(noText, noText), noTextProperties, noText), Is.True);
        Assert.That(IsKept(Address([], []), strangeFlags, []), Is.True);
    }

    [TestCase("amqp:")]
    [TestCase("amqp:I")]
    [TestCase("amqp:amqp:I")]
    public void Headers_whose_names_look_like_types_survive(string name)
    {
        FieldValue[] values =
            [FieldValue.FromInt64(7), FieldValue.FromInt32(7), FieldValue.Void, FieldValue.FromTable(FieldTable.Empty)];
        foreach (var value in values)
        {
            var one = new FieldTable([new(name, value)]);
            var two = one.With("amqp:x", FieldValue.FromString("y"));
            var nested = new FieldTable([new(name, FieldValue.FromTable(one)), new("z", FieldValue.FromTable(two))]);
            foreach (var table in new[] { one, two, nested })
                Assert.That(IsKept(Address([], []), Encoded.Properties(new() { Headers = table }), []), Is.True, table.ToString());
        }
    }

    [Test]
    public void Lines_of_rabbitmqs_http_api_are_read()
    {
        const string line = """
            {"payload_bytes":5,"redelivered":true,"exchange":"x","routing_key":"k","message_count":3,"properties":[],"payload":"hello","payload_encoding":"string"}
            """;

        var message = MessageLine.Read(Encoding.UTF8.GetBytes(line), 100);

        Assert.That(message.Address, Is.EqualTo(Address("x"u8, "k"u8)));
        Assert.That((Encoding.UTF8.GetString(message.Body), Convert.ToHexString(message.Properties)), Is.EqualTo(("hello", "0000")));
    }

    [Test]
    public void A_line_may_not_nest_deeper_than_a_message()
    {
        string nested = new string('[', 200) + new string(']', 200);
        string line = """{"payload":"","properties":{"headers":{"a":""" + nested + "}}}";

        Assert.That(() => MessageLine.Read(Encoding.UTF8.GetBytes(line), 100), Throws.InstanceOf<ValidationException>());
    }

    private static bool IsKept(byte[] address, byte[] properties, byte[] body)
    {
        byte[] stored = [.. EncodedMessage.NewHead(address, properties, default), .. body];
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
            MessageLine.Write(json, EncodedMessage.Read(stored));
        Assert.That(output.WrittenSpan.Contains((byte)'\n'), Is.False, "a message is one line");
        var read = MessageLine.Read(output.WrittenMemory, 1024);
        return read.Address.SequenceEqual(address) && read.Properties.SequenceEqual(properties) && read.Body.SequenceEqual(body);
    }

    private static ReadOnlySpan<byte> Utf8(string text) => OctetText.Encode(text);

    private static byte[] Address(ReadOnlySpan<byte> exchange, ReadOnlySpan<byte> routingKey) =>
        [(byte)exchange.Length, .. exchange, (byte)routingKey.Length, .. routingKey];
}
