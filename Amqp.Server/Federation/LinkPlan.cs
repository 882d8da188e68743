using System.Globalization;
using System.Text;
using Amqp.Server.Broker.Exchanges.Hashing;
using Amqp.Server.Broker.Links;

namespace Amqp.Server.Federation;

/// <summary>The description of a link, which gets the messages of an upstream exchange or queue.</summary>
/// <param name="Kind">The kind of both objects.</param>
/// <param name="VirtualHost">The virtual host of the federated object.</param>
/// <param name="Name">Name of the federated object.</param>
/// <param name="Target">The federated exchange or queue. Another object of the same name needs another link.</param>
/// <param name="Policy">Name of the policy that federates the object.</param>
/// <param name="Upstream">The upstream and its options.</param>
internal sealed record LinkPlan(
    LinkKind Kind, string VirtualHost, string Name, object Target, string Policy, FederationUpstream Upstream)
{
    /// <summary>Name of the exchange or queue at the upstream.</summary>
    public string UpstreamName { get; } = UpstreamNameOf(Kind, Name, Upstream);

    /// <summary>The federated object.</summary>
    public LinkTarget Address => new(Kind, VirtualHost, Name);

    /// <summary>Identifies the link: eight hexadecimal digits, which stay the same over restarts.</summary>
    public string Id { get; } = IdOf(Kind, VirtualHost, Name, Upstream);

    /// <summary>Name of the link's connections in lists, as in RabbitMQ.</summary>
    public string ConnectionName => $"Federation link (upstream: {Upstream.Name}, policy: {Policy})";

    /// <summary>Returns true if a running link serves the other plan as well.</summary>
    public bool IsSameAs(LinkPlan other) => ReferenceEquals(Target, other.Target) && Id == other.Id && Upstream.IsSameAs(other.Upstream);

    /// <summary>Returns true if the link of the other plan uses what this one's link has declared at the upstream.</summary>
    public bool SharesUpstreamObjects(LinkPlan other) =>
        ReferenceEquals(Target, other.Target)
            && Id == other.Id
            && Upstream.Uris.Select(uri => uri.ToString()).Intersect(other.Upstream.Uris.Select(uri => uri.ToString())).Any()
            && Upstream.Expires == other.Upstream.Expires
            && Upstream.MessageTtl == other.Upstream.MessageTtl
            && Upstream.HaPolicy == other.Upstream.HaPolicy
            && Upstream.QueueType == other.Upstream.QueueType;

    private static string UpstreamNameOf(LinkKind kind, string name, FederationUpstream upstream) =>
        (kind == LinkKind.Exchange ? upstream.Exchange : upstream.Queue) ?? name;

    private static string IdOf(LinkKind kind, string virtualHost, string name, FederationUpstream upstream)
    {
        string key = string.Join('\0', kind, virtualHost, name, upstream.Name, UpstreamNameOf(kind, name, upstream));
        return ((uint)StableHash.Of(Encoding.UTF8.GetBytes(key))).ToString("x8", CultureInfo.InvariantCulture);
    }
}
