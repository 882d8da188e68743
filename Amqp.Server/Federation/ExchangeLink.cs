using Amqp.Protocol;
using Amqp.Server.Broker.Links;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Links;

namespace Amqp.Server.Federation;

/// <summary>Gets the messages of an upstream exchange for a federated exchange: those that match a binding of the latter.</summary>
internal sealed class ExchangeLink(LinkPlan plan, LinkParts parts, TopologyLock topology) : ILinkWork
{
    /// <inheritdoc/>
    public async Task MoveAsync(LinkEnd upstream, LinkEnd local, Action onRunning, CancellationToken stopped)
    {
        string cluster = parts.ClusterName();
        var exchange = new UpstreamExchange(plan, parts, upstream, cluster);
        var rewrite = new ExchangeRewrite(plan, cluster, upstream, ServerName.Of(upstream));
        await exchange.DeclareQueueAsync(stopped);
        bool noAck = plan.Upstream.AckMode == AckMode.NoAck;
        if (!noAck)
            await upstream.Channel.CallAsync<BasicQos, BasicQosOk>(new BasicQos(0, plan.Upstream.PrefetchCount, Global: false), stopped);
        using var demand = BindingDemand.Follow((Exchange)plan.Target, topology);
        var channel = plan.Upstream.UsesOneChannel ? upstream.Channel : await upstream.OpenChannelAsync(stopped);
        var bindings = await exchange.BindAsync(demand, channel, stopped);
        await upstream.Channel.CallAsync<BasicConsume, BasicConsumeOk>(
            new BasicConsume(exchange.Queue, "", NoLocal: false, noAck, Exclusive: false, NoWait: false, FieldTable.Empty), stopped);
        onRunning();
        var relay = new MessageRelay(upstream.Channel, local.Channel, plan.Upstream.AckMode, rewrite.Rewrite);
        await FederationLink.RunBothAsync(ended => relay.RunAsync(null, ended), ended => FollowAsync(demand, bindings, ended), stopped);
    }

    /// <inheritdoc/>
    public Task CleanUpAsync(LinkEnd upstream, CancellationToken cancellation) =>
        new UpstreamExchange(plan, parts, upstream, parts.ClusterName()).DeleteAsync(cancellation);

    private static async Task FollowAsync(BindingDemand demand, UpstreamBindings bindings, CancellationToken stopped)
    {
        while (true)
        {
            await demand.WaitAsync(stopped);
            await bindings.ApplyAsync(demand.Take(), stopped);
        }
    }
}
