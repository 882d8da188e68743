using System.Threading.Channels;
using Amqp.Protocol;
using Amqp.Server.Broker.Links;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Client;
using Amqp.Server.Links;

namespace Amqp.Server.Federation;

/// <summary>
/// Gets the messages of an upstream queue for a federated queue, while the latter is empty and one of its consumers has free capacity.
/// </summary>
internal sealed class QueueLink(LinkPlan plan) : ILinkWork
{
    /// <summary>Priority of the consumer at the upstream queue: consumers there are served first.</summary>
    private const int Priority = -1;

    /// <inheritdoc/>
    public async Task MoveAsync(LinkEnd upstream, LinkEnd local, Action onRunning, CancellationToken stopped)
    {
        DemandPriorities(upstream);
        var queue = (Queue)plan.Target;
        var declaration = queue.Declaration;
        await upstream.Channel.CallAsync<QueueDeclare, QueueDeclareOk>(
            new QueueDeclare(
                plan.UpstreamName, Passive: false, declaration.IsDurable, Exclusive: false, declaration.IsAutoDelete, NoWait: false,
                declaration.Arguments.Table),
            stopped);
        if (plan.Upstream.AckMode != AckMode.NoAck)
            await upstream.Channel.CallAsync<BasicQos, BasicQosOk>(new BasicQos(0, plan.Upstream.PrefetchCount, Global: false), stopped);
        onRunning();
        var relay = new MessageRelay(upstream.Channel, local.Channel, plan.Upstream.AckMode, new QueueRewrite(plan, upstream).Rewrite);
        await FederationLink.RunBothAsync(
            ended => relay.RunAsync(null, ended), ended => FollowAsync(queue, upstream.Channel, ended), stopped);
    }

    /// <summary>Deletes nothing: the upstream queue is not the link's own.</summary>
    public Task CleanUpAsync(LinkEnd upstream, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Consumes the upstream queue while the federated queue wants messages.</summary>
    private async Task FollowAsync(Queue queue, ClientChannel channel, CancellationToken stopped)
    {
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        bool isConsuming = false;
        queue.Use.Follow(Note);
        try
        {
            while (true)
            {
                bool isWanting = await changes.Reader.ReadAsync(stopped);
                if (isWanting == isConsuming)
                    continue;
                isConsuming = isWanting;
                if (isWanting)
                    Consume(channel);
                else
                    channel.Send(new BasicCancel(plan.Upstream.ConsumerTag, NoWait: true));
            }
        }
        finally
        {
            queue.Use.Unfollow(Note);
        }

        void Note(bool isWanting) => changes.Writer.TryWrite(isWanting);
    }

    private void Consume(ClientChannel channel) => channel.Send(
        new BasicConsume(
            plan.UpstreamName, plan.Upstream.ConsumerTag, NoLocal: false, plan.Upstream.AckMode == AckMode.NoAck, Exclusive: false,
            NoWait: true, FieldTable.Empty.With("x-priority", FieldValue.FromInt64(Priority))));

    private static void DemandPriorities(LinkEnd upstream)
    {
        bool hasThem = upstream.ServerProperties["capabilities"] is { Type: FieldType.Table } capabilities
            && capabilities.AsTable()["consumer_priorities"] is { Type: FieldType.Boolean } priorities && priorities.AsBoolean();
        if (!hasThem)
            throw new ClientException("upstream_lacks_consumer_priorities");
    }
}
