namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Product and versions at the beginning of an export.</summary>
/// <param name="RabbitMqVersion">The export has the format of this version of RabbitMQ.</param>
/// <param name="ProductName">Name of this broker.</param>
/// <param name="ProductVersion">Version of this broker.</param>
internal readonly record struct DefinitionOrigin(string RabbitMqVersion, string ProductName, string ProductVersion);
