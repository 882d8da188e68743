namespace Amqp.Server.Broker.Errors;

/// <summary>Thrown for an invalid policy, parameter or limit.</summary>
/// <param name="reason">Reason in RabbitMQ's words. The error text that clients see has "Validation failed" before it.</param>
internal sealed class ValidationException(string reason) : Exception(reason);
