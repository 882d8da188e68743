using Amqp.Protocol;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Client;
using Amqp.Server.Links;

namespace Amqp.Server.Federation;

/// <summary>
/// The objects of an exchange link at its upstream: a queue, and an exchange in front of it that drops messages which would go round in
/// circles. The upstream exchange is bound to that exchange as the federated exchange is bound here.
/// </summary>
/// <remarks>
/// Each start of the link makes a new exchange, bound before the old one is deleted, so that outdated bindings go and no message is
/// missed. The names of the two differ by the suffix A or B. Used by one task at a time.
/// </remarks>
internal sealed class UpstreamExchange(LinkPlan plan, LinkParts parts, LinkEnd upstream, string cluster)
{
    private const string PurposeArgument = "x-internal-purpose";
    private const string Purpose = "federation";

    private readonly Exchange _exchange = (Exchange)plan.Target;

    /// <summary>Name of the link's queue, by RabbitMQ's rule. Equal parts of the downstream's name are left out.</summary>
    public string Queue { get; } = QueueName(plan, upstream.VirtualHost, cluster);

    /// <summary>Returns true if a link has declared an object with these arguments. Such objects are not federated themselves.</summary>
    public static bool IsOfLink(FieldTable arguments) =>
        arguments[PurposeArgument] is { Type: FieldType.LongString } purpose && purpose.AsString() == Purpose;

    /// <summary>Declares the link's queue.</summary>
    /// <exception cref="ClientException">The upstream refused.</exception>
    public async Task DeclareQueueAsync(CancellationToken cancellation)
    {
        var options = plan.Upstream;
        var arguments = FieldTable.Empty;
        if (options.Expires is { } expires)
            arguments = arguments.With("x-expires", FieldValue.FromInt64(expires));
        if (options.MessageTtl is { } ttl)
            arguments = arguments.With("x-message-ttl", FieldValue.FromInt64(ttl));
        if (options.HaPolicy is { } policy)
            arguments = arguments.With("x-ha-policy", FieldValue.FromString(policy));
        if (options.QueueType is { } type)
            arguments = arguments.With("x-queue-type", FieldValue.FromString(type));
        arguments = arguments.With(PurposeArgument, FieldValue.FromString(Purpose));
        await upstream.Channel.CallAsync<QueueDeclare, QueueDeclareOk>(
            new QueueDeclare(Queue, Passive: false, Durable: true, false, false, NoWait: false, arguments), cancellation);
    }

    /// <summary>Makes a new exchange in front of the queue, binds it, and deletes the one of the last start.</summary>
    /// <param name="demand">The bindings here.</param>
    /// <param name="channel">The channel for bindings.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <returns>The bindings at the upstream.</returns>
    /// <exception cref="ClientException">The upstream refused.</exception>
    public async Task<UpstreamBindings> BindAsync(BindingDemand demand, ClientChannel channel, CancellationToken cancellation)
    {
        if (!await ExistsAsync(plan.UpstreamName, cancellation))
            await upstream.Channel.CallAsync<ExchangeDeclare, ExchangeDeclareOk>(
                new ExchangeDeclare(
                    plan.UpstreamName, _exchange.Type, Passive: false, _exchange.IsDurable, _exchange.IsAutoDelete, _exchange.IsInternal,
                    NoWait: false, _exchange.Arguments),
                cancellation);
        var (hasA, hasB) = (await ExistsAsync(Named("A"), cancellation), await ExistsAsync(Named("B"), cancellation));
        var wanted = demand.Take();
        if (hasA && hasB)
        {
            // The last start was interrupted, and either may lack bindings. One is completed before the other is deleted.
            await BindQueueAsync("A", cancellation);
            await BindingsOf("A", channel).ApplyAsync(wanted, cancellation);
            await DeleteExchangeAsync("B", cancellation);
            hasB = false;
        }
        string suffix = hasB ? "A" : "B";
        await DeclareExchangeAsync(suffix, cancellation);
        await BindQueueAsync(suffix, cancellation);
        var bindings = BindingsOf(suffix, channel);
        await bindings.ApplyAsync(wanted, cancellation);
        if (hasA || hasB)
            await DeleteExchangeAsync(hasA ? "A" : "B", cancellation);
        return bindings;
    }

    /// <summary>Deletes the link's objects.</summary>
    /// <exception cref="ClientException">The upstream refused.</exception>
    public async Task DeleteAsync(CancellationToken cancellation)
    {
        await upstream.CallOnceAsync<QueueDelete, QueueDeleteOk>(
            new QueueDelete(Queue, IfUnused: false, IfEmpty: false, NoWait: false), cancellation);
        await DeleteExchangeAsync("A", cancellation);
        await DeleteExchangeAsync("B", cancellation);
    }

    private static string QueueName(LinkPlan plan, string virtualHost, string cluster)
    {
        string downstream = plan.VirtualHost != virtualHost ? $":{plan.VirtualHost}:{plan.Name}"
            : plan.Name != plan.UpstreamName ? $":{plan.Name}" : "";
        return $"federation: {plan.UpstreamName} -> {cluster}{downstream}";
    }

    private string Named(string suffix) => $"{Queue} {suffix}";

    private UpstreamBindings BindingsOf(string suffix, ClientChannel channel) => new(
        channel, plan, Named(suffix), (ServerName.Of(upstream), upstream.VirtualHost),
        (cluster, plan.VirtualHost, $"{plan.Name} {suffix}"));

    private async Task<bool> ExistsAsync(string exchange, CancellationToken cancellation)
    {
        try
        {
            await upstream.CallOnceAsync<ExchangeDeclare, ExchangeDeclareOk>(
                new ExchangeDeclare(exchange, "fanout", Passive: true, false, false, false, NoWait: false, FieldTable.Empty), cancellation);
            return true;
        }
        catch (ClientException missing) when (missing.Code == ReplyCode.NotFound)
        {
            return false;
        }
    }

    /// <summary>Declares the exchange; as a fanout exchange if the upstream has no federation.</summary>
    private async Task DeclareExchangeAsync(string suffix, CancellationToken cancellation)
    {
        var purpose = FieldTable.Empty.With(PurposeArgument, FieldValue.FromString(Purpose));
        var arguments = purpose
            .With(FederationUpstreamRouter.MaxHops, FieldValue.FromInt64(plan.Upstream.MaxHops))
            .With(FederationUpstreamRouter.DownstreamName, FieldValue.FromString(cluster))
            .With(FederationUpstreamRouter.DownstreamVirtualHost, FieldValue.FromString(plan.VirtualHost));
        var declare = new ExchangeDeclare(
            Named(suffix), FederationUpstreamRouter.TypeName, Passive: false, Durable: true, AutoDelete: true, Internal: true,
            NoWait: false, arguments);
        try
        {
            // An unknown type closes the connection, so this request needs one of its own.
            await using var once = await parts.Connector.ConnectAsync(
                [upstream.Uri], "Disposable exchange federation link connection", plan.VirtualHost, cancellation);
            await once.Channel.CallAsync<ExchangeDeclare, ExchangeDeclareOk>(declare, cancellation);
        }
        catch (ClientException unknown) when (unknown.Code == ReplyCode.CommandInvalid)
        {
            await upstream.Channel.CallAsync<ExchangeDeclare, ExchangeDeclareOk>(
                declare with { Type = "fanout", Arguments = purpose }, cancellation);
        }
    }

    private Task<QueueBindOk> BindQueueAsync(string suffix, CancellationToken cancellation) =>
        upstream.Channel.CallAsync<QueueBind, QueueBindOk>(
            new QueueBind(Queue, Named(suffix), "", NoWait: false, FieldTable.Empty), cancellation);

    private Task<ExchangeDeleteOk> DeleteExchangeAsync(string suffix, CancellationToken cancellation) =>
        upstream.CallOnceAsync<ExchangeDelete, ExchangeDeleteOk>(
            new ExchangeDelete(Named(suffix), IfUnused: false, NoWait: false), cancellation);
}
