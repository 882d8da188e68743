using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>Receives the events that the broker publishes to <c>amq.rabbitmq.event</c>.</summary>
internal sealed class EventWatch
{
    public const string Exchange = "amq.rabbitmq.event";

    private readonly RawChannel _channel;

    private EventWatch(RawChannel channel) => _channel = channel;

    /// <summary>Subscribes to events.</summary>
    /// <param name="channel">A channel in the default virtual host, used only for the events.</param>
    /// <param name="names">Routing keys of the events; wildcards of topic exchanges are allowed.</param>
    public static async Task<EventWatch> StartAsync(RawChannel channel, params IEnumerable<string> names)
    {
        string queue = $"events-{Guid.NewGuid():N}";
        await channel.DeclareExclusiveQueueAsync(queue);
        foreach (string name in names)
            await channel.BindQueueAsync(queue, Exchange, name);
        await channel.ConsumeAsync(queue, noAck: true);
        return new EventWatch(channel);
    }

    /// <summary>Waits for the next event in which a header has one of these values. Skips events of other tests.</summary>
    public Task<RawMessage<BasicDeliver>> NextAsync(string header, params string[] values) =>
        NextAsync(headers => headers[header]?.ToString() is { } value && values.Contains(value));

    /// <summary>Waits for the next event whose headers match the condition. Skips events of other tests.</summary>
    public async Task<RawMessage<BasicDeliver>> NextAsync(Func<FieldTable, bool> isMeant)
    {
        while (true)
        {
            var told = await _channel.ExpectDeliveryAsync();
            if (told.Content.Decoded.Headers is { } headers && isMeant(headers))
                return told;
        }
    }

    /// <summary>
    /// Waits for the next event in which a header has this value. Returns the name of the event, and the headers that
    /// <paramref name="shown"/> lists.
    /// </summary>
    public async Task<string> NextAsync(string header, string value, IEnumerable<string> shown)
    {
        var told = await NextAsync(header, value);
        return string.Join("; ", [told.Method.RoutingKey, .. Texts(told, shown)]);
    }

    public static string[] Texts<TMethod>(RawMessage<TMethod> told, params IEnumerable<string> headers) =>
        [.. headers.Select(header => told.Content.Decoded.Headers![header]?.ToString() ?? $"no {header}")];
}
