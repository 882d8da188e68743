using Amqp.Protocol;
using Amqp.Server.Client;

namespace Amqp.Server.Federation;

/// <summary>The bindings of a link at its upstream. Used by one task.</summary>
/// <param name="channel">The channel for requests.</param>
/// <param name="plan">The link.</param>
/// <param name="destination">The link's exchange at the upstream.</param>
/// <param name="upstream">Cluster, null if unknown, and virtual host of the upstream.</param>
/// <param name="here">Cluster, virtual host and name of the federated exchange, with the suffix of the link's exchange.</param>
internal sealed class UpstreamBindings(
    ClientChannel channel, LinkPlan plan, string destination, (string? Cluster, string VirtualHost) upstream,
    (string Cluster, string VirtualHost, string Name) here)
{
    /// <summary>Number of requests that may wait for their replies.</summary>
    private const int MaxPending = 64;

    private readonly Dictionary<BindingKey, FieldTable> _bound = []; // with the arguments at the upstream
    private readonly List<Task> _pending = [];

    /// <summary>Repeats changes of bindings at the upstream.</summary>
    /// <exception cref="ClientException">The upstream refused.</exception>
    public async Task ApplyAsync(IReadOnlyList<(BindingKey Key, bool Exists)> changes, CancellationToken cancellation)
    {
        foreach (var (key, exists) in changes)
        {
            if (exists)
                Bind(key, cancellation);
            else
                Unbind(key, cancellation);
            if (_pending.Count >= MaxPending)
                await CompleteAsync();
        }
        await CompleteAsync();
    }

    private void Bind(BindingKey key, CancellationToken cancellation)
    {
        if (_bound.ContainsKey(key) || BoundFrom.Extend(key.Arguments, plan.Upstream.MaxHops, upstream, here) is not { } arguments)
            return;
        _bound.Add(key, arguments);
        var bind = new ExchangeBind(destination, plan.UpstreamName, key.RoutingKey, plan.Upstream.BindsWithoutReply, arguments);
        if (bind.NoWait)
            channel.Send(bind);
        else
            _pending.Add(channel.CallAsync<ExchangeBind, ExchangeBindOk>(bind, cancellation));
    }

    private void Unbind(BindingKey key, CancellationToken cancellation)
    {
        if (!_bound.Remove(key, out var arguments))
            return;
        var unbind = new ExchangeUnbind(destination, plan.UpstreamName, key.RoutingKey, plan.Upstream.BindsWithoutReply, arguments);
        if (unbind.NoWait)
            channel.Send(unbind);
        else
            _pending.Add(channel.CallAsync<ExchangeUnbind, ExchangeUnbindOk>(unbind, cancellation));
    }

    private async Task CompleteAsync()
    {
        Task[] pending = [.. _pending];
        _pending.Clear();
        await Task.WhenAll(pending);
    }
}
