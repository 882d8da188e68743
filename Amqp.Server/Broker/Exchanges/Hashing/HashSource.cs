using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Exchanges.Hashing;

/// <summary>
/// The input of a consistent-hash exchange's hash function. The exchange's arguments select the routing key, a header or a property.
/// </summary>
internal sealed class HashSource
{
    private static readonly Dictionary<string, PropertyFlags> _properties = new()
    {
        ["correlation_id"] = PropertyFlags.CorrelationId,
        ["message_id"] = PropertyFlags.MessageId,
        ["timestamp"] = PropertyFlags.Timestamp,
    };

    private readonly byte[]? _header;
    private readonly PropertyFlags _property;

    /// <exception cref="BrokerException">
    /// 406: both a header and a property are given, the property is unknown, or an argument is not a string.
    /// </exception>
    public HashSource(ExchangeDeclaration exchange)
    {
        string? header = Text("hash-header"), property = Text("hash-property");
        if (header is not null && property is not null)
            throw new BrokerException(BrokerError.Precondition, "hash-header and hash-property are mutually exclusive");
        if (property is not null && !_properties.TryGetValue(property, out _property))
            throw new BrokerException(BrokerError.Precondition, $"Unsupported property: {property}");
        _header = header is null ? null : System.Text.Encoding.UTF8.GetBytes(header);

        string? Text(string argument) => exchange.Arguments[argument] switch
        {
            null => null,
            { Type: FieldType.LongString } text => text.AsString(),
            { } other => throw ArgumentTypes.WrongType(other, argument, "exchange", exchange.Name, exchange.VirtualHost),
        };
    }

    /// <summary>Returns the bytes to hash. Empty if the message lacks the header or property.</summary>
    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> routingKey, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> properties)
    {
        if (_header is not null)
            // The value includes its type tag, so the number 1 and the text "1" have different hashes.
            return EncodedFieldTable.TryFind(headers, _header, out var value) ? value : default;
        if (_property != PropertyFlags.None)
            return properties.IsEmpty ? default : EncodedProperties.Find(properties, _property);
        return routingKey;
    }
}
