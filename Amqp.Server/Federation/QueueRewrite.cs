using Amqp.Protocol;
using Amqp.Server.Client;
using Amqp.Server.Links;

namespace Amqp.Server.Federation;

/// <summary>Changes the messages of an upstream queue for the federated queue. Used by one task.</summary>
internal sealed class QueueRewrite(LinkPlan plan, LinkEnd upstream)
{
    private const string VisitCount = "visit-count";

    private readonly FieldTable _entry = FieldTable.Empty
        .With("uri", FieldValue.FromString(upstream.Uri.ToString()))
        .With("queue", FieldValue.FromString(plan.Name));

    public RelayedMessage? Rewrite(ClientMessage message)
    {
        var properties = message.Properties;
        var headers = properties.Headers ?? FieldTable.Empty;
        var earlier = ReceivedFrom.Earlier(headers);
        if (earlier.Count == 0)
            headers = WithOrigin(headers, message);
        long visits = 0;
        List<FieldValue> others = [];
        foreach (var link in earlier)
        {
            if (IsThisLink(link))
                visits = Math.Max(visits, link.AsTable()[VisitCount] is { IsInteger: true } count ? count.AsInteger() : 0);
            else
                others.Add(link);
        }
        var last = _entry
            .With("redelivered", FieldValue.FromBoolean(message.IsRedelivered))
            .With(VisitCount, FieldValue.FromInt64(visits == long.MaxValue ? visits : visits + 1));
        headers = ReceivedFrom.With(Renamed(headers), last, others);
        return new RelayedMessage("", plan.Name, ReceivedFrom.Encode(properties, headers, plan.Upstream.TrustsUserId));
    }

    /// <summary>Adds the address with which the message was first published. Later addresses are those of queues.</summary>
    private static FieldTable WithOrigin(FieldTable headers, ClientMessage message) =>
        new FieldTable(headers.Where(header => header.Key is not ("x-original-exchange" or "x-original-routing-key")))
            .With("x-original-exchange", FieldValue.FromString(message.Exchange))
            .With("x-original-routing-key", FieldValue.FromString(message.RoutingKey));

    /// <summary>Renames the header CC, because a message for a queue must not go to other queues.</summary>
    private static FieldTable Renamed(FieldTable headers) => headers["CC"] is null ? headers
        : new FieldTable(headers.Select(header => header.Key == "CC" ? KeyValuePair.Create("x-original-cc", header.Value) : header));

    private bool IsThisLink(in FieldValue link) =>
        link.Type == FieldType.Table
            && Equals(link.AsTable()["uri"], _entry["uri"])
            && Equals(link.AsTable()["queue"], _entry["queue"])
            && link.AsTable()["virtual_host"] is null;
}
