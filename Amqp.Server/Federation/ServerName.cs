using Amqp.Protocol;
using Amqp.Server.Links;

namespace Amqp.Server.Federation;

/// <summary>The name of the cluster to which a broker belongs.</summary>
internal static class ServerName
{
    /// <summary>Returns the name that a broker has sent during the handshake; null if it has sent none.</summary>
    public static string? Of(LinkEnd end) =>
        end.ServerProperties["cluster_name"] is { Type: FieldType.LongString } name ? name.AsString() : null;
}
