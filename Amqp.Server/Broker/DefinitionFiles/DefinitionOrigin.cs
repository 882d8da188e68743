namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Product and versions at the beginning of an export.</summary>
/// <param name="RabbitMqVersion">Version of RabbitMQ whose format the export has.</param>
/// <param name="ProductName">Name of this broker.</param>
/// <param name="ProductVersion">Version of this broker.</param>
internal readonly record struct DefinitionOrigin(string RabbitMqVersion, string ProductName, string ProductVersion);
