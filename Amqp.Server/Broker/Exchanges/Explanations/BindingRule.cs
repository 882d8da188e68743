using Amqp.Protocol;
using Amqp.Server.Broker.Deduplication;
using Amqp.Server.Broker.Exchanges.Delayed;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges.Explanations;

/// <summary>Decides whether a message follows a binding, and says why.</summary>
internal abstract class BindingRule
{
    /// <summary>Returns true if the message follows the binding, and the reason.</summary>
    public abstract (bool IsMatch, string Reason) Judge(Binding binding);

    /// <summary>Returns the rule of an exchange's type.</summary>
    /// <param name="routing">The exchanges of the virtual host.</param>
    /// <param name="exchange">The exchange that the message reaches.</param>
    /// <param name="keys">The routing keys of the message.</param>
    /// <param name="headers">The headers of the message.</param>
    /// <param name="chosen">The destination, if the exchange chooses a single one.</param>
    public static BindingRule Of(
        RoutingTable routing, Exchange exchange, string[] keys, FieldTable headers, IBindingDestination? chosen)
    {
        string type = TypeOf(exchange);
        return type switch
        {
            "direct" => new Direct(keys),
            "topic" => new Topic(routing, keys),
            "headers" => new Headers(headers),
            "fanout" or "x-recent-history" or DeduplicationSettings.ExchangeType => new Always(),
            _ => new Chosen(chosen, type),
        };
    }

    /// <summary>The exchange type whose rules apply: that of the argument, if the exchange delays messages.</summary>
    private static string TypeOf(Exchange exchange) => exchange.Type == DelayedMessageRouter.TypeName
        ? exchange.Arguments[DelayedMessageRouter.TypeArgument]?.AsString() ?? ""
        : exchange.Type;

    private static string Names(string[] keys) =>
        keys.Length == 1 ? $"the routing key '{keys[0]}'" : $"the routing keys {string.Join(", ", keys.Select(key => $"'{key}'"))}";

    private sealed class Always : BindingRule
    {
        public override (bool IsMatch, string Reason) Judge(Binding binding) => (true, "the exchange sends each message to all bindings");
    }

    private sealed class Direct(string[] keys) : BindingRule
    {
        public override (bool IsMatch, string Reason) Judge(Binding binding) => keys.Contains(binding.RoutingKey)
            ? (true, $"the routing key is '{binding.RoutingKey}'")
            : (false, $"'{binding.RoutingKey}' differs from {Names(keys)}");
    }

    private sealed class Topic(RoutingTable routing, string[] keys) : BindingRule
    {
        public override (bool IsMatch, string Reason) Judge(Binding binding)
        {
            foreach (string key in keys)
                if (Matches(binding, key))
                    return (true, $"the pattern '{binding.RoutingKey}' matches '{key}'");
            return (false, keys.Length == 1 ? Difference(binding.RoutingKey, keys[0]) : Mismatch(binding.RoutingKey));
        }

        private bool Matches(Binding binding, string key)
        {
            var router = new TopicRouter();
            router.Add(binding);
            var route = new RouteFinder(routing);
            router.Route(new RoutedMessage(key, default), route);
            return route.Found > 0;
        }

        private string Mismatch(string pattern) => $"the pattern '{pattern}' does not match {Names(keys)}";

        private string Difference(string pattern, string key)
        {
            string[] wanted = Words(pattern), given = Words(key);
            if (wanted.Contains("#"))
                return Mismatch(pattern);
            if (wanted.Length != given.Length)
                return $"{Mismatch(pattern)}: {wanted.Length} instead of {given.Length} words";
            int at = Enumerable.Range(0, wanted.Length).First(i => wanted[i] != "*" && wanted[i] != given[i]);
            return $"{Mismatch(pattern)}: word {at + 1} is '{given[at]}' instead of '{wanted[at]}'";
        }

        private static string[] Words(string key) => key.Length == 0 ? [] : key.Split('.');
    }

    private sealed class Headers(FieldTable headers) : BindingRule
    {
        public override (bool IsMatch, string Reason) Judge(Binding binding)
        {
            var match = HeadersMatch.Parse(binding.Arguments);
            return (match.Matches(headers), match.Explain(headers));
        }
    }

    private sealed class Chosen(IBindingDestination? chosen, string type) : BindingRule
    {
        private readonly string _reason = type switch
        {
            "x-random" or "x-local-random" => "the exchange chooses one destination at random for each message",
            _ when chosen is null => "the exchange chooses one of its destinations by a hash",
            _ => $"the hash of the message chooses '{chosen.Name}'",
        };

        // The choice is not known if the exchange delays messages.
        public override (bool IsMatch, string Reason) Judge(Binding binding) => (chosen is null || binding.Destination == chosen, _reason);
    }
}
