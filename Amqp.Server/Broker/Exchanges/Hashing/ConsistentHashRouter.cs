using System.Globalization;
using System.Numerics;
using System.Text;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Exchanges.Hashing;

/// <summary>
/// Routes each message to one destination, chosen by a hash of the message (x-consistent-hash). The binding key is the weight of the
/// destination.
/// </summary>
/// <remarks>
/// Rendezvous hashing: each destination gets a score from the hash, its name and its weight, and the highest score wins. If a destination
/// is added or removed, only its own share of the messages moves. As in RabbitMQ, only a destination's first binding counts.
/// </remarks>
internal sealed class ConsistentHashRouter(HashSource source) : ChoosingRouter
{
    private readonly Dictionary<IBindingDestination, List<Binding>> _bindings = [];
    private readonly List<Weight> _weights = [];

    /// <exception cref="BrokerException">406: the binding key is not a positive integer.</exception>
    public override void Validate(Binding binding)
    {
        // As in Erlang, a sign and leading zeros are valid, but spaces are not.
        if (!BigInteger.TryParse(binding.RoutingKey, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var weight))
            throw new BrokerException(
                BrokerError.Precondition,
                $"The binding key must be an integer: {ErlangText.OfBinary(Encoding.UTF8.GetBytes(binding.RoutingKey))}");
        if (weight < 1)
            throw new BrokerException(BrokerError.Precondition, "The binding key must be greater than 0");
    }

    public override void Add(Binding binding)
    {
        if (!_bindings.TryGetValue(binding.Destination, out var bindings))
            _bindings.Add(binding.Destination, bindings = []);
        bindings.Add(binding);
        if (bindings.Count == 1)
            WeightOf(binding).Add(binding.Destination);
    }

    public override void Remove(Binding binding)
    {
        if (!_bindings.TryGetValue(binding.Destination, out var bindings))
            return;
        bool wasFirst = ReferenceEquals(bindings[0], binding);
        bindings.Remove(binding);
        if (wasFirst)
        {
            WeightOf(binding).Remove(binding.Destination);
            _weights.RemoveAll(weight => weight.IsEmpty);
        }
        if (bindings.Count == 0)
            _bindings.Remove(binding.Destination);
        else if (wasFirst)
            WeightOf(bindings[0]).Add(binding.Destination);
    }

    public override Choice? Choose(ReadOnlySpan<byte> routingKey, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> properties)
    {
        if (_weights.Count == 0)
            return null;
        ulong hash = StableHash.Of(source.In(routingKey, headers, properties));
        if (_weights.Count == 1)
            return _weights[0].Highest(hash, out _);
        Choice? chosen = null;
        double best = double.NegativeInfinity;
        foreach (var weight in _weights)
        {
            var highest = weight.Highest(hash, out ulong draw);
            // The score is the logarithm of a number between 0 and 1, divided by the weight. So a destination's share of the messages is
            // proportional to its weight.
            double score = Math.Log((draw + 1.0) / (ulong.MaxValue + 2.0)) / weight.Value;
            if (score > best)
                (chosen, best) = (highest, score);
        }
        return chosen;
    }

    private Weight WeightOf(Binding binding)
    {
        double value = double.Parse(binding.RoutingKey, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        int at = _weights.FindIndex(weight => weight.Value >= value);
        if (at >= 0 && _weights[at].Value.Equals(value))
            return _weights[at];
        at = at < 0 ? _weights.Count : at;
        _weights.Insert(at, new Weight(value)); // sorted, so that equal scores always choose the same destination
        return _weights[at];
    }

    /// <summary>The destinations that have the same weight.</summary>
    private sealed class Weight(double value)
    {
        private readonly List<(ulong Hash, Choice Choice)> _choices = [];

        public double Value => value;

        public bool IsEmpty => _choices.Count == 0;

        public void Add(IBindingDestination destination) => _choices.Add((HashOf(destination), new Choice(destination)));

        public void Remove(IBindingDestination destination) =>
            _choices.RemoveAll(entry => ReferenceEquals(entry.Choice.Destination, destination));

        /// <summary>Computes a number for the message and each destination. Returns the destination with the highest number.</summary>
        public Choice Highest(ulong message, out ulong draw)
        {
            draw = 0;
            var chosen = _choices[0].Choice;
            foreach (var (hash, choice) in _choices)
            {
                ulong drawn = StableHash.Mix(hash ^ message);
                if (drawn > draw)
                    (draw, chosen) = (drawn, choice);
            }
            return chosen;
        }

        private static ulong HashOf(IBindingDestination destination)
        {
            ulong hash = StableHash.Of(Encoding.UTF8.GetBytes(destination.Name));
            return destination is Exchange ? ~hash : hash;
        }
    }
}
