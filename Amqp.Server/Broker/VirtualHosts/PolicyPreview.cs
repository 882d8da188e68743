using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>The effect that a policy would have.</summary>
/// <param name="Matched">Number of queues and exchanges that the policy matches, including those to which another policy applies.</param>
/// <param name="Objects">The queues and exchanges that the policy matches, and those that would change.</param>
internal sealed record PolicyPreview(int Matched, IReadOnlyList<PolicyEffect> Objects)
{
    /// <summary>Number of queues and exchanges that would change.</summary>
    public int Changed => Objects.Count(effect => effect.IsChange);
}

/// <summary>The effect that a policy would have on one queue or exchange.</summary>
/// <param name="Target">The queue or exchange.</param>
/// <param name="Before">The values of all policies now.</param>
/// <param name="After">The values of all policies after the change.</param>
/// <param name="OverruledBy">The policy that applies instead, because it has a higher priority; null if there is none.</param>
internal sealed record PolicyEffect(IBindingDestination Target, EffectivePolicy Before, EffectivePolicy After, Policy? OverruledBy)
{
    /// <summary>True if the values would change.</summary>
    public bool IsChange => !After.SaysTheSameAs(Before);

    /// <summary>Type of the object in the HTTP API.</summary>
    public string Type => Target is Queue ? "queue" : "exchange";
}
