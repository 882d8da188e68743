using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Amqp.Protocol;
using Amqp.Server.Client;

namespace Amqp.Server.Migration;

/// <summary>
/// Looks at each message of a queue before it is published: which of its properties need care, and if the target has refused it before.
/// </summary>
/// <remarks>Used by the task of one queue. Kept over its attempts to connect.</remarks>
/// <param name="queue">The queue at the source.</param>
/// <param name="targetUser">Name of the user who publishes at the target.</param>
/// <param name="mayImpersonate">True if this user may publish the user-ids of others.</param>
internal sealed class MessageScreen(QueueFacts queue, string targetUser, bool mayImpersonate)
{
    /// <summary>Number of refused messages after which a queue is given up, because each one costs two connections.</summary>
    private const int MostRefused = 20;

    /// <summary>Number of messages after which a refusal is not expected any more: no more were in flight.</summary>
    private const int MostOneByOne = 10_000;

    private const PropertyFlags Careful = PropertyFlags.Headers | PropertyFlags.UserId | PropertyFlags.Expiration;

    private readonly HashSet<string> _refused = [];
    private string? _published;
    private int _oneByOne;

    /// <summary>
    /// True if each message is confirmed before the next one is published. So the next refusal that closes the channel names its message.
    /// </summary>
    public bool IsOneByOne { get; private set; }

    /// <summary>The reason for which the target refused messages; null if it refused none.</summary>
    public string? Reason { get; private set; }

    /// <summary>True if too many messages are refused to go on.</summary>
    public bool IsFull => _refused.Count >= MostRefused;

    /// <summary>Looks at the next message.</summary>
    public ScreenedMessage Look(ClientMessage message)
    {
        if (_refused.Count > 0 && _refused.Contains(FingerprintOf(message)))
            return new ScreenedMessage(message.EncodedProperties, IsRefused: true);
        IsOneByOne = IsOneByOne && ++_oneByOne < MostOneByOne;
        _published = IsOneByOne ? FingerprintOf(message) : null;
        var flags = (PropertyFlags)BinaryPrimitives.ReadUInt16BigEndian(message.EncodedProperties);
        return (flags & Careful) == 0 ? new ScreenedMessage(message.EncodedProperties) : Look(message, message.Properties);
    }

    /// <summary>Notes that the target has closed the channel because of a message.</summary>
    public void NoteRefusal(string reason)
    {
        Reason = reason;
        if (IsOneByOne && _published is { } refused)
            _refused.Add(refused);
        // The next attempt either finds the message, or skips it.
        (IsOneByOne, _published, _oneByOne) = (!IsOneByOne || _published is null, null, 0);
    }

    private ScreenedMessage Look(ClientMessage message, BasicProperties properties)
    {
        if (properties.UserId is { } user && user != targetUser && !mayImpersonate)
        {
            Reason = $"its user-id is '{user}', and user '{targetUser}' of the target lacks the tag impersonator";
            return new ScreenedMessage(message.EncodedProperties, IsRefused: true);
        }
        return new ScreenedMessage(
            queue.Type == "quorum" && properties.Headers?["x-delivery-count"] is not null
                ? WithoutDeliveryCount(properties)
                : message.EncodedProperties,
            HasFurtherKeys: properties.Headers?["CC"] is not null,
            HasExpiration: properties.Expiration is not null);
    }

    /// <summary>Removes the header by which a quorum queue counts its deliveries. It is not a part of the message.</summary>
    private static byte[] WithoutDeliveryCount(BasicProperties properties)
    {
        var headers = new FieldTable(properties.Headers!.Where(header => header.Key != "x-delivery-count"));
        var encoded = new ArrayBufferWriter<byte>();
        (properties with { Headers = headers.Count == 0 ? null : headers }).Write(encoded);
        return encoded.WrittenSpan.ToArray();
    }

    private static string FingerprintOf(ClientMessage message)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(message.EncodedProperties);
        hash.AppendData(message.Body);
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
