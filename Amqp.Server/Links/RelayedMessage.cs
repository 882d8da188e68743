namespace Amqp.Server.Links;

/// <summary>A message as a relay publishes it.</summary>
/// <param name="Exchange">The exchange to publish to.</param>
/// <param name="RoutingKey">The routing key to publish with.</param>
/// <param name="EncodedProperties">Property flags and property list.</param>
internal readonly record struct RelayedMessage(string Exchange, string RoutingKey, byte[] EncodedProperties);
