using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Problems;

/// <summary>A queue as the search for problems has seen it.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Now">Its state.</param>
/// <param name="Growth">Its growth; null if it does not grow.</param>
/// <param name="Reason">The reason of the problem, if the kind of problem has several; otherwise null.</param>
internal readonly record struct QueueSighting(Queue Queue, QueueVitals Now, QueueGrowth? Growth = null, string? Reason = null)
{
    /// <summary>Name of the queue, as the beginning of a sentence.</summary>
    public string Title => $"Queue '{Queue.Name}'";

    /// <summary>Returns the command of the command line for this queue.</summary>
    /// <param name="verb">The subcommand of <c>queues</c>.</param>
    public string Command(string verb) =>
        $"amqpbroker queues {verb} '{Queue.Name}'{(Queue.VirtualHost == "/" ? "" : $" --vhost '{Queue.VirtualHost}'")}";

    public Problem NewProblem(string kind, Severity severity, string text, string advice, long? since = null) =>
        new(kind, severity, "queue", Queue.Name, text, advice) { VirtualHost = Queue.VirtualHost, Since = since };
}

/// <summary>The circumstances under which queues are looked at.</summary>
/// <param name="Now">The time, in milliseconds since 1970-01-01 UTC.</param>
/// <param name="Samples">Times of the last two samples of the statistics.</param>
/// <param name="Step">Step of <see cref="QueueGrowth"/>, in milliseconds.</param>
/// <param name="UnconsumedAfter">Time in milliseconds after which a queue with messages needs a consumer.</param>
/// <param name="DiskLeft">Bytes that can be written before the disk alarm is set; null if unknown.</param>
internal sealed record QueueOutlook(long Now, (long Last, long Before) Samples, long Step, long UnconsumedAfter, long? DiskLeft);
