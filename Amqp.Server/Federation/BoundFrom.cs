using Amqp.Protocol;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Federation;

/// <summary>
/// The argument <c>x-bound-from</c> of upstream bindings. It lists the brokers from which a binding comes, so that bindings go as far as
/// messages may come, and not round in circles.
/// </summary>
internal static class BoundFrom
{
    private const string Argument = "x-bound-from";
    private const string Hops = "hops";

    /// <summary>Returns the arguments of the binding at the upstream; null if the binding goes no further.</summary>
    /// <param name="arguments">The arguments of the binding here.</param>
    /// <param name="maxHops">Maximum number of links that messages of the upstream pass.</param>
    /// <param name="upstream">Cluster, null if unknown, and virtual host of the upstream.</param>
    /// <param name="here">Cluster and virtual host of this broker, and name of the exchange, with the link's current suffix.</param>
    public static FieldTable? Extend(
        FieldTable arguments, long maxHops, (string? Cluster, string VirtualHost) upstream,
        (string Cluster, string VirtualHost, string Name) here)
    {
        var earlier = arguments[Argument] is { Type: FieldType.Array } list ? list.AsArray() : [];
        long hops = maxHops;
        if (earlier.Count > 0)
            hops = FederationHops.Contains(earlier, upstream.Cluster, upstream.VirtualHost) ? 0 : Math.Min(HopsOf(earlier[0]) - 1, maxHops);
        if (hops <= 0)
            return null;
        var entry = new FieldTable(
        [
            new("cluster-name", FieldValue.FromString(here.Cluster)),
            new("vhost", FieldValue.FromString(here.VirtualHost)),
            new("exchange", FieldValue.FromString($"{here.VirtualHost}:{here.Name}")),
            new(Hops, FieldValue.FromInteger(FieldType.Int16, hops)),
        ]);
        return new FieldTable(arguments.Where(argument => argument.Key != Argument))
            .With(Argument, FieldValue.FromArray([FieldValue.FromTable(entry), .. earlier]));
    }

    private static long HopsOf(in FieldValue entry) =>
        entry.Type == FieldType.Table && entry.AsTable()[Hops] is { IsInteger: true } hops ? hops.AsInteger() : 0;
}
