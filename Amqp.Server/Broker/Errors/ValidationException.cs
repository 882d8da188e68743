namespace Amqp.Server.Broker.Errors;

/// <summary>A policy, parameter or limit that cannot be as it was asked for.</summary>
/// <param name="reason">In RabbitMQ's words, which follow "Validation failed".</param>
internal sealed class ValidationException(string reason) : Exception(reason);
