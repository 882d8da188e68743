namespace Amqp.Protocol;

/// <summary>The property flags of a content header: one for each of the 14 basic properties, in the same order (spec 1.8).</summary>
[Flags]
public enum PropertyFlags : ushort
{
    None = 0,
    ContentType = 1 << 15,
    ContentEncoding = 1 << 14,
    Headers = 1 << 13,
    DeliveryMode = 1 << 12,
    Priority = 1 << 11,
    CorrelationId = 1 << 10,
    ReplyTo = 1 << 9,
    Expiration = 1 << 8,
    MessageId = 1 << 7,
    Timestamp = 1 << 6,
    Type = 1 << 5,
    UserId = 1 << 4,
    AppId = 1 << 3,
    ClusterId = 1 << 2,

    /// <summary>Set if another word of flags follows. AMQP 0-9-1 itself defines only one word.</summary>
    Continuation = 1,
}
