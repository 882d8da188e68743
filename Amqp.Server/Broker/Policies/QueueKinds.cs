using Amqp.Protocol;

namespace Amqp.Server.Broker.Policies;

/// <summary>The queue types, and the differences between classic queues and quorum queues. The broker refuses streams.</summary>
internal static class QueueKinds
{
    /// <summary>Name of the argument that gives the type of a queue.</summary>
    public const string Argument = "x-queue-type";

    private const string Stream = "stream";

    /// <summary>Policy keys that have no meaning for classic queues.</summary>
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

    /// <summary>All values that RabbitMQ accepts as a queue type. The list includes <c>stream</c>, which this broker refuses.</summary>
    public static IReadOnlyList<string> Names { get; } = [QueueType.Classic.Name, QueueType.Quorum.Name, Stream];

    /// <summary>Returns the queue type that an <c>x-queue-type</c> argument names; classic if the argument is missing.</summary>
    public static QueueType Of(FieldValue? argument) => NameOf(argument) == QueueType.Quorum.Name ? QueueType.Quorum : QueueType.Classic;

    /// <summary>Returns the text of an <c>x-queue-type</c> argument; <c>classic</c> if the argument is missing.</summary>
    public static string NameOf(FieldValue? argument) =>
        argument is { Type: FieldType.LongString } given ? given.AsString() : QueueType.Classic.Name;

    /// <summary>Returns true if this broker supports the queue type with this name.</summary>
    public static bool IsSupported(string name) => name == QueueType.Classic.Name || name == QueueType.Quorum.Name;

    /// <summary>Returns true if RabbitMQ supports the queue type with this name, but this broker does not.</summary>
    public static bool IsRefused(string name) => name == Stream;

    extension(QueueType type)
    {
        /// <summary>Name of the type, as in <c>x-queue-type</c>.</summary>
        public string Name => type.IsQuorum ? "quorum" : "classic";

        /// <summary>Name that RabbitMQ uses for the type in error texts, events and metrics.</summary>
        public string ModuleName => type.IsQuorum ? "rabbit_quorum_queue" : "rabbit_classic_queue";

        /// <summary>Value of <c>apply-to</c> with which a policy applies only to queues of this type.</summary>
        public string PolicyTarget => type.IsQuorum ? "quorum_queues" : "classic_queues";

        /// <summary>True if RabbitMQ replicates queues of this type. This broker has one node and does not replicate.</summary>
        public bool IsReplicated => type.IsQuorum;

        /// <summary>True if queues of this type must be durable and named by the client, and cannot be exclusive or auto-delete.</summary>
        public bool MustBePermanent => type.IsQuorum;

        /// <summary>True if the queue appends a requeued message to the log again, with its new number of requeues.</summary>
        public bool StoresReturnsAnew => type.IsQuorum;

        /// <summary>
        /// True if the queue counts how often each message was requeued, even without a delivery limit. Consumers receive the count.
        /// </summary>
        public bool CountsDeliveries => type.IsQuorum;

        /// <summary>True if the policy key <c>dead-letter-strategy</c> has a meaning for queues of this type.</summary>
        public bool HasDeadLetterStrategy => type.IsQuorum;

        /// <summary>True if basic.get is refused on a queue that has a single active consumer. Classic queues allow basic.get.</summary>
        public bool RefusesGetBesideSingleActiveConsumer => type.IsQuorum;

        /// <summary>Returns true if the type uses the policy key. A policy with an unused key does not apply to the queue.</summary>
        public bool Understands(string policyKey) => !(type.IsQuorum ? _notForQuorum : _notForClassic).Contains(policyKey);

        private bool IsQuorum => type == QueueType.Quorum;
    }
}
