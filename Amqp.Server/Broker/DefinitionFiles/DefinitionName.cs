namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Names the object of a definition.</summary>
/// <param name="Type">Type of the object, such as <c>queue</c> or <c>topic_permission</c>.</param>
/// <param name="VirtualHost">Virtual host of the object; null if it belongs to none.</param>
/// <param name="Name">Name of the object. For an object without a name, a text that is unique among those of the type.</param>
internal sealed record DefinitionName(string Type, string? VirtualHost, string Name);
