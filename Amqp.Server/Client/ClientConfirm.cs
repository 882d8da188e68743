namespace Amqp.Server.Client;

/// <summary>The broker's answer to publishes of a channel.</summary>
/// <param name="Number">Number of the publish, counted from 1 in each channel.</param>
/// <param name="IsMultiple">True if the answer is for all earlier publishes, too.</param>
/// <param name="IsAccepted">False if the broker refused the messages with basic.nack.</param>
internal readonly record struct ClientConfirm(ulong Number, bool IsMultiple, bool IsAccepted);
