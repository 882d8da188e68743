using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges.Explanations;

/// <summary>The way of a message through exchanges, with a reason for each binding.</summary>
/// <param name="Exchanges">The exchanges in the order in which the message reaches them.</param>
/// <param name="Queues">The queues that the message reaches, sorted by name.</param>
internal sealed record RouteExplanation(IReadOnlyList<ExplainedExchange> Exchanges, IReadOnlyList<Queue> Queues);

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
