using Amqp.Protocol;
using Amqp.Server.Channels;
using Amqp.Server.Connections;

namespace Amqp.Tests.Hosting;

/// <summary>
/// A client sends properties in start-ok. From these properties, the broker reads the client's capabilities and a description for the log.
/// </summary>
public sealed class ClientPropertiesTests
{
    [TestCase("authentication_failure_close", true, false, false)]
    [TestCase("consumer_cancel_notify", false, true, false)]
    [TestCase("connection.blocked", false, false, true)]
    [TestCase("basic.nack", false, false, false)]
    public void Each_capability_is_the_one_of_its_name(string name, bool isToldOfRefusals, bool isToldOfCancels, bool isToldOfAlarms)
    {
        var expected = new ClientCapabilities(isToldOfRefusals, isToldOfCancels, isToldOfAlarms);

        Assert.That(Read(FieldValue.FromBoolean(true)), Is.EqualTo(expected));
        Assert.That(Read(FieldValue.FromBoolean(false)), Is.EqualTo(default(ClientCapabilities)));
        Assert.That(Read(FieldValue.FromInt32(1)), Is.EqualTo(default(ClientCapabilities)), "only a boolean sets a capability");

        ClientCapabilities Read(FieldValue value) =>
            ClientCapabilities.Read(FieldTable.Empty.With("capabilities", FieldValue.FromTable(FieldTable.Empty.With(name, value))));
    }

    [TestCase("version=1.2 product=client connection_name=orders", "orders client 1.2")]
    [TestCase("product=client platform=Linux", "client")]
    [TestCase("connection_name=a\nb\r\u001bc", "abc")]
    [TestCase("", "")]
    public void The_log_calls_it_by_name_product_and_version_in_one_line(string said, string told) =>
        Assert.That(ClientDescription.Of(new FieldTable(said.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(field => KeyValuePair.Create(field.Split('=')[0], FieldValue.FromString(field.Split('=')[1]))))), Is.EqualTo(told));

    [Test]
    public void What_is_no_text_is_left_out_and_what_is_too_long_is_cut([Values(199, 200, 201)] int length)
    {
        var properties = FieldTable.Empty
            .With("connection_name", FieldValue.FromString(new string('n', length)))
            .With("product", FieldValue.FromInt32(7));

        Assert.That(ClientDescription.Of(properties), Is.EqualTo(new string('n', Math.Min(length, 200))));
    }
}
