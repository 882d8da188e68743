using Amqp.Protocol;

namespace Amqp.Server.Broker.Routing;

/// <summary>The brokers that a federated message has passed, as its header <c>x-received-from</c> lists them.</summary>
internal static class FederationHops
{
    /// <summary>Header of messages, with one table for each link that the message has passed. The last link comes first.</summary>
    public const string Header = "x-received-from";

    /// <summary>Returns true if a link may pass a message on: it has hops left, and has not been at the downstream before.</summary>
    /// <param name="headers">The headers of the message.</param>
    /// <param name="maxHops">Maximum number of links that a message passes.</param>
    /// <param name="cluster">Name of the downstream's cluster; null if unknown.</param>
    /// <param name="virtualHost">Name of the downstream's virtual host; null if unknown.</param>
    public static bool MayPass(FieldTable headers, long maxHops, string? cluster, string? virtualHost) =>
        headers[Header] is not { Type: FieldType.Array } hops
            || (hops.AsArray().Count < maxHops && !Contains(hops.AsArray(), cluster, virtualHost));

    /// <summary>Returns true if one of the tables names a virtual host of a cluster.</summary>
    public static bool Contains(IReadOnlyList<FieldValue> tables, string? cluster, string? virtualHost)
    {
        if (cluster is null || virtualHost is null)
            return false;
        foreach (var table in tables)
            if (table.Type == FieldType.Table && IsText(table, "cluster-name", cluster) && IsText(table, "vhost", virtualHost))
                return true;
        return false;
    }

    private static bool IsText(in FieldValue table, string field, string text) =>
        table.AsTable()[field] is { Type: FieldType.LongString } value && value.AsString() == text;
}
