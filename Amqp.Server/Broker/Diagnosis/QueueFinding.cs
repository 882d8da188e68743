using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Broker.Diagnosis;

/// <summary>A reason why a queue delivers nothing, or not to one of its consumers.</summary>
/// <param name="Kind">Stable name of the kind of reason, for programs.</param>
/// <param name="Text">One or two sentences, for a person.</param>
/// <param name="Advice">A remedy, for a person; null if nothing needs to be done.</param>
internal sealed record QueueFinding(string Kind, string Text, string? Advice = null)
{
    /// <summary>The session that the finding is about; null if it is about the queue as a whole.</summary>
    public BrokerSession? Session { get; init; }

    /// <summary>The consumer that the finding is about; null if it is about no consumer, or about messages taken by basic.get.</summary>
    public SessionConsumer? Consumer { get; init; }

    /// <summary>Number of messages that the finding is about; null if it is about none.</summary>
    public long? Messages { get; init; }

    /// <summary>Time in milliseconds for which the state has lasted at least; null if unknown.</summary>
    public long? Duration { get; init; }
}

/// <summary>The reasons why a queue delivers nothing, or not to all its consumers.</summary>
/// <param name="Status"><c>delivering</c>, <c>empty</c> or <c>not_delivering</c>.</param>
/// <param name="DeliveryRate">Deliveries per second between the last two samples of the statistics.</param>
/// <param name="Ready">Number of ready messages.</param>
/// <param name="Unacknowledged">Number of unacknowledged messages.</param>
/// <param name="Consumers">Number of consumers.</param>
/// <param name="Findings">The findings, those about the queue as a whole first.</param>
internal sealed record QueueExplanation(
    string Status, double DeliveryRate, long Ready, long Unacknowledged, int Consumers, IReadOnlyList<QueueFinding> Findings);
