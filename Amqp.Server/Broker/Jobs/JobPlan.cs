namespace Amqp.Server.Broker.Jobs;

/// <summary>The description of a job: what it does, and for whom.</summary>
/// <param name="Kind">The kind of the job.</param>
/// <param name="VirtualHost">Name of the virtual host.</param>
/// <param name="User">Name of the user who has started the job.</param>
/// <param name="Source">The queue or file from which the messages come.</param>
/// <param name="Target">The destination of the messages, in words; null if they are deleted.</param>
/// <param name="Filter">The conditions that a message must satisfy. Empty: all messages.</param>
/// <param name="Limit">Maximum number of messages; null for no limit.</param>
/// <param name="IsDryRun">True if the job only counts the messages.</param>
internal sealed record JobPlan(
    JobKind Kind, string VirtualHost, string User, string Source, string? Target, IReadOnlyList<string> Filter, long? Limit, bool IsDryRun);
