using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Lists;

/// <summary>The part of a list that a client wants.</summary>
internal sealed class SnapshotQuery
{
    /// <summary>Maximum number of rows in an answer.</summary>
    public const int MaxLimit = 500;

    /// <param name="kind">The kind of list.</param>
    /// <param name="request">A request with the parameters <c>limit</c>, <c>offset</c>, <c>q</c>, <c>sort</c> and <c>vhost</c>.</param>
    /// <param name="virtualHost">Name of the only virtual host whose rows are wanted; null for all.</param>
    /// <exception cref="ApiException">400: a parameter is invalid.</exception>
    public SnapshotQuery(ListKind kind, ApiRequest request, string? virtualHost = null)
    {
        Kind = kind;
        Limit = (int)request.QueryNumber("limit", otherwise: 100, min: 1, MaxLimit);
        Offset = (int)request.QueryNumber("offset", otherwise: 0, min: 0, int.MaxValue);
        VirtualHost = virtualHost ?? (request.Query("vhost") is { Length: > 0 } name ? name : null);
        Filter = new ListFilter(kind, request.Query("q"));
        Order = new ListOrder(request.Query("sort"));
    }

    public ListKind Kind { get; }

    public int Limit { get; }

    /// <summary>Number of rows in front of the wanted ones.</summary>
    public int Offset { get; }

    /// <summary>Name of the only virtual host whose rows are wanted; null for all.</summary>
    public string? VirtualHost { get; }

    public ListFilter Filter { get; }

    public ListOrder Order { get; }
}
