using Amqp.Protocol;

namespace Amqp.Server.Broker.Policies;

/// <summary>
/// The types of queues and their differences. Only this class defines how a quorum queue differs from a classic queue, and that streams are
/// refused.
/// </summary>
internal static class QueueKinds
{
    /// <summary>The argument that names the type of a queue.</summary>
    public const string Argument = "x-queue-type";

    private const string Stream = "stream";

    /// <summary>Policy keys without a meaning for a type of queue.</summary>
    private static readonly string[]
        _notForClassic =
        [
            "max-age", "stream-max-segment-size-bytes", "queue-leader-locator", "initial-cluster-size", "delivery-limit",
            "dead-letter-strategy"
        ],
        _notForQuorum =
        [
            "queue-mode", "queue-version", "queue-master-locator", "ha-mode", "ha-params", "ha-sync-mode", "ha-promote-on-shutdown",
            "ha-promote-on-failure", "max-age", "stream-max-segment-size-bytes"
        ];

    /// <summary>The names that RabbitMQ accepts as a type, including <c>stream</c>, which this broker refuses.</summary>
    public static IReadOnlyList<string> Names { get; } = [QueueType.Classic.Name, QueueType.Quorum.Name, Stream];

    /// <summary>Returns the type that an <c>x-queue-type</c> argument names. A queue without the argument is classic.</summary>
    public static QueueType Of(FieldValue? argument) => NameOf(argument) == QueueType.Quorum.Name ? QueueType.Quorum : QueueType.Classic;

    /// <summary>Returns the name in an <c>x-queue-type</c> argument, or <c>classic</c> without one.</summary>
    public static string NameOf(FieldValue? argument) =>
        argument is { Type: FieldType.LongString } given ? given.AsString() : QueueType.Classic.Name;

    /// <summary>True if this broker has queues of the type with this name.</summary>
    public static bool IsSupported(string name) => name == QueueType.Classic.Name || name == QueueType.Quorum.Name;

    /// <summary>True for a type that RabbitMQ has and this broker refuses.</summary>
    public static bool IsRefused(string name) => name == Stream;

    extension(QueueType type)
    {
        /// <summary>The name in <c>x-queue-type</c>.</summary>
        public string Name => type.IsQuorum ? "quorum" : "classic";

        /// <summary>RabbitMQ's name of the type in error texts, events and metrics.</summary>
        public string ModuleName => type.IsQuorum ? "rabbit_quorum_queue" : "rabbit_classic_queue";

        /// <summary>The value of <c>apply-to</c> that limits a policy to queues of the type.</summary>
        public string PolicyTarget => type.IsQuorum ? "quorum_queues" : "classic_queues";

        /// <summary>
        /// True if RabbitMQ replicates such queues. On this broker's one node a replicated queue is a durable queue whose leader and only
        /// member is that node.
        /// </summary>
        public bool IsReplicated => type.IsQuorum;

        /// <summary>True if such a queue must be durable, not exclusive, not auto-delete, and named by its client.</summary>
        public bool MustBePermanent => type.IsQuorum;

        /// <summary>
        /// True if a message that returns to the queue is stored anew, so that the log has its new place and its number of requeues.
        /// </summary>
        public bool StoresReturnsAnew => type.IsQuorum;

        /// <summary>
        /// True if deliveries are counted even without a delivery limit. Consumers receive the count. There is no default limit, as in
        /// RabbitMQ 3.
        /// </summary>
        public bool CountsDeliveries => type.IsQuorum;

        /// <summary>True if the policy key <c>dead-letter-strategy</c> has a meaning for such queues.</summary>
        public bool HasDeadLetterStrategy => type.IsQuorum;

        /// <summary>True if basic.get is refused on a queue with a single active consumer. Classic queues allow it.</summary>
        public bool RefusesGetBesideSingleActiveConsumer => type.IsQuorum;

        /// <summary>True if a policy key has a meaning for such queues. A policy with another key does not match them.</summary>
        public bool Understands(string policyKey) => !(type.IsQuorum ? _notForQuorum : _notForClassic).Contains(policyKey);

        private bool IsQuorum => type == QueueType.Quorum;
    }
}
