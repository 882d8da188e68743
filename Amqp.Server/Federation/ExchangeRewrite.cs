using Amqp.Protocol;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Client;
using Amqp.Server.Links;

namespace Amqp.Server.Federation;

/// <summary>Changes the messages of an upstream exchange for the federated exchange. Used by one task.</summary>
/// <param name="plan">The link.</param>
/// <param name="cluster">Name of this broker's cluster.</param>
/// <param name="upstream">The upstream in use.</param>
/// <param name="upstreamCluster">Name of the upstream's cluster; null if unknown.</param>
internal sealed class ExchangeRewrite(LinkPlan plan, string cluster, LinkEnd upstream, string? upstreamCluster)
{
    private readonly FieldTable _received = Entry(plan, upstream, upstreamCluster, isRedelivered: false);
    private readonly FieldTable _redelivered = Entry(plan, upstream, upstreamCluster, isRedelivered: true);

    /// <returns>Null if the message goes no further. An upstream without federation cannot know that.</returns>
    public RelayedMessage? Rewrite(ClientMessage message)
    {
        var properties = message.Properties;
        var headers = properties.Headers ?? FieldTable.Empty;
        if (!FederationHops.MayPass(headers, plan.Upstream.MaxHops, cluster, plan.VirtualHost))
            return null;
        var last = message.IsRedelivered ? _redelivered : _received;
        headers = ReceivedFrom.With(headers, last, ReceivedFrom.Earlier(headers));
        return new RelayedMessage(
            plan.Name, message.RoutingKey, ReceivedFrom.Encode(properties, headers, plan.Upstream.TrustsUserId));
    }

    private static FieldTable Entry(LinkPlan plan, LinkEnd upstream, string? upstreamCluster, bool isRedelivered)
    {
        var entry = FieldTable.Empty
            .With("uri", FieldValue.FromString(upstream.Uri.ToString()))
            .With("exchange", FieldValue.FromString(plan.Name))
            .With("redelivered", FieldValue.FromBoolean(isRedelivered));
        if (upstreamCluster is not null)
            entry = entry.With("cluster-name", FieldValue.FromString(upstreamCluster));
        return entry.With("vhost", FieldValue.FromString(upstream.VirtualHost));
    }
}
