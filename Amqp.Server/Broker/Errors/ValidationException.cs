namespace Amqp.Server.Broker.Errors;

/// <summary>Thrown for an invalid policy, parameter or limit.</summary>
/// <param name="reason">Reason in RabbitMQ's words, without the prefix "Validation failed" that clients see.</param>
internal sealed class ValidationException(string reason) : Exception(reason);
