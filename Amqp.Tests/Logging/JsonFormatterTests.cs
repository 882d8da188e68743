using System.Text.Json;
using Amqp.Server.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.Logging;

/// <summary>Log lines are written as JSON objects.</summary>
public class JsonFormatterTests
{
    [Test]
    public void An_event_is_one_object_with_what_its_message_is_made_of()
    {
        string line = Format("Amqp.Server.Channels.AmqpChannel", new EventId(101, "ChannelClosed"), "a: channel 7 closed", null,
            ("Connection", "a"), ("ChannelNumber", (ushort)7), ("{OriginalFormat}", "{Connection}: channel {ChannelNumber} closed"));

        Assert.That(line, Is.EqualTo(
            """{"time":"2026-01-02 03:04:05.678901+00:00","level":"warning","msg":"a: channel 7 closed","domain":"rabbitmq.channel","event":"ChannelClosed","meta":{"connection":"a","channel_number":7}}"""
                + "\n"));
    }

    [Test]
    public void Numbers_are_numbers_what_is_missing_is_null_and_the_rest_is_text()
    {
        string line = Format(
            "other", default, "said", null, ("Count", 7), ("Size", 1L << 40), ("Nobody", null), ("Reason", "why"),
            ("PeerAddress", System.Net.IPAddress.Loopback));

        Assert.That(
            JsonDocument.Parse(line).RootElement.GetProperty("meta").GetRawText(),
            Is.EqualTo("""{"count":7,"size":1099511627776,"nobody":null,"reason":"why","peer_address":"127.0.0.1"}"""));
        Assert.That(
            Format("other", default, "said", null, ("{OriginalFormat}", "said")),
            Does.EndWith("\"msg\":\"said\",\"domain\":\"rabbitmq\"}\n"),
            "the message has no parameters");
    }

    [Test]
    public void What_a_client_sends_stays_within_its_string()
    {
        string line = Format("other", default, "user 'a\r\n\"b'", null);

        Assert.That(line.Count(character => character == '\n'), Is.EqualTo(1));
        Assert.That(JsonDocument.Parse(line).RootElement.GetProperty("msg").GetString(), Is.EqualTo("user 'a\r\n\"b'"));
    }

    [Test]
    public void An_exception_is_a_field_of_its_own()
    {
        string line = Format("other", default, "failed", new InvalidOperationException("why"));

        Assert.That(
            JsonDocument.Parse(line).RootElement.GetProperty("exception").GetString(),
            Is.EqualTo("System.InvalidOperationException: why"));
    }

    private static string Format(
        string category, EventId id, string message, Exception? exception, params (string Name, object? Value)[] values)
    {
        var writer = new StringWriter();
        var state = values.Select(value => KeyValuePair.Create(value.Name, value.Value)).ToList();
        var entry = new LogEntry<List<KeyValuePair<string, object?>>>(LogLevel.Warning, category, id, state, exception, (_, _) => message);
        new JsonFormatter(new StoppedClock()).Write(entry, null, writer);
        return writer.ToString();
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero).AddMicroseconds(901);
    }
}
