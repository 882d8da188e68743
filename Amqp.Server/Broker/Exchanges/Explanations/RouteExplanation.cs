using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges.Explanations;

/// <summary>The way of a message through exchanges, with a reason for each binding.</summary>
/// <param name="Exchanges">The exchanges in the order in which the message reaches them.</param>
/// <param name="Paths">For each queue that the message reaches, a way to it. Sorted by the names of the queues.</param>
internal sealed record RouteExplanation(IReadOnlyList<ExplainedExchange> Exchanges, IReadOnlyList<ExplainedPath> Paths)
{
    /// <summary>The queues that the message reaches, sorted by name.</summary>
    public IEnumerable<Queue> Queues => Paths.Select(path => path.Queue);
}

/// <summary>The shortest way of a message to a queue.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Steps">The steps, from the first exchange to the queue.</param>
internal sealed record ExplainedPath(Queue Queue, IReadOnlyList<ExplainedStep> Steps);

/// <summary>A step of a message from an exchange to an exchange or a queue.</summary>
/// <param name="From">The exchange.</param>
/// <param name="To">The exchange or queue.</param>
/// <param name="Binding">The binding; null if the step needs none.</param>
/// <param name="Kind"><c>binding</c>, <c>alternate</c> or, for a step from the default exchange, <c>default</c>.</param>
internal sealed record ExplainedStep(Exchange From, IBindingDestination To, Binding? Binding, string Kind);

/// <summary>An exchange that a message reaches.</summary>
/// <param name="Exchange">The exchange.</param>
/// <param name="Bindings">The bindings of the exchange, the matching ones first.</param>
/// <param name="Notes">Sentences about the exchange itself, such as the use of its alternate exchange.</param>
internal sealed record ExplainedExchange(Exchange Exchange, IReadOnlyList<ExplainedBinding> Bindings, IReadOnlyList<string> Notes);

/// <summary>A binding of an exchange that a message reaches.</summary>
/// <param name="Binding">The binding.</param>
/// <param name="IsMatch">True if the message follows the binding.</param>
/// <param name="Reason">Reason for <paramref name="IsMatch"/>, for a person.</param>
internal sealed record ExplainedBinding(Binding Binding, bool IsMatch, string Reason);
