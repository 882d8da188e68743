namespace Amqp.Server.Broker.Errors;

/// <summary>An invalid policy, parameter or limit.</summary>
/// <param name="reason">Reason in RabbitMQ's words, which follow "Validation failed".</param>
internal sealed class ValidationException(string reason) : Exception(reason);
