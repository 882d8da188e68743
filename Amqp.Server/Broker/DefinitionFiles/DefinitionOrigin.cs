namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Where exported definitions say that they come from.</summary>
/// <param name="RabbitMqVersion">The version of RabbitMQ whose definitions these are like.</param>
/// <param name="ProductName">What the broker calls itself.</param>
/// <param name="ProductVersion">Its version.</param>
internal readonly record struct DefinitionOrigin(string RabbitMqVersion, string ProductName, string ProductVersion);
