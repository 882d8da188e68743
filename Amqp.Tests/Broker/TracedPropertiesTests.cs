using Amqp.Protocol;
using Amqp.Server.Broker.Tracing;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>The copy of a traced message contains the properties of the message in a header.</summary>
public class TracedPropertiesTests
{
    [Test]
    public void Each_stands_under_its_own_name()
    {
        var headers = FieldTable.Empty.With("h", FieldValue.FromInt32(1));
        byte[] properties = Encoded.Properties(new BasicProperties
        {
            ContentType = "a",
            ContentEncoding = "b",
            Headers = headers,
            DeliveryMode = 2,
            Priority = 7,
            CorrelationId = "c",
            ReplyTo = "d",
            Expiration = "8",
            MessageId = "e",
            Timestamp = 1UL << 31,
            Type = "f",
            UserId = "g",
            AppId = "h",
            ClusterId = "i",
        });

        var expected = FieldTable.Empty
            .With("content_type", FieldValue.FromString("a"))
                .With("content_encoding", FieldValue.FromString("b"))
                .With("headers", FieldValue.FromTable(headers))
            .With("delivery_mode", FieldValue.FromInt32(2))
                .With("priority", FieldValue.FromInt32(7))
                .With("correlation_id", FieldValue.FromString("c"))
            .With("reply_to", FieldValue.FromString("d"))
                .With("expiration", FieldValue.FromString("8"))
                .With("message_id", FieldValue.FromString("e"))
            .With("timestamp", FieldValue.FromInt64(1L << 31))
                .With("type", FieldValue.FromString("f"))
                .With("user_id", FieldValue.FromString("g"))
            .With("app_id", FieldValue.FromString("h"))
                .With("cluster_id", FieldValue.FromString("i"));
        Assert.That(TracedProperties.Of(properties), Is.EqualTo(expected));
    }
}
