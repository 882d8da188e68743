using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>Sees what is published to <c>amq.rabbitmq.event</c>.</summary>
internal sealed class EventWatch
{
    public const string Exchange = "amq.rabbitmq.event";

    private readonly RawChannel _channel;

    private EventWatch(RawChannel channel) => _channel = channel;

    /// <summary>Begins to watch.</summary>
    /// <param name="channel">A channel in the default virtual host that does nothing else.</param>
    /// <param name="names">Which events, as binding keys.</param>
    public static async Task<EventWatch> StartAsync(RawChannel channel, params IEnumerable<string> names)
    {
        string queue = $"events-{Guid.NewGuid():N}";
        await channel.DeclareExclusiveQueueAsync(queue);
        foreach (string name in names)
            await channel.BindQueueAsync(queue, Exchange, name);
        await channel.ConsumeAsync(queue, noAck: true);
        return new EventWatch(channel);
    }

    /// <summary>The next event in which a header has one of these values; other tests cause events too.</summary>
    public Task<RawMessage<BasicDeliver>> NextAsync(string header, params string[] values) =>
        NextAsync(headers => headers[header]?.ToString() is { } value && values.Contains(value));

    /// <summary>The next event whose headers are such; other tests cause events too.</summary>
    public async Task<RawMessage<BasicDeliver>> NextAsync(Func<FieldTable, bool> isMeant)
    {
        while (true)
        {
            var told = await _channel.ExpectDeliveryAsync();
            if (told.Content.Decoded.Headers is { } headers && isMeant(headers))
                return told;
        }
    }

    /// <summary>The same, as the event's name and the values of some headers.</summary>
    public async Task<string> NextAsync(string header, string value, IEnumerable<string> shown)
    {
        var told = await NextAsync(header, value);
        return string.Join("; ", [told.Method.RoutingKey, .. Texts(told, shown)]);
    }

    /// <summary>The values of some headers of an event.</summary>
    public static string[] Texts<TMethod>(RawMessage<TMethod> told, params IEnumerable<string> headers) =>
        [.. headers.Select(header => told.Content.Decoded.Headers![header]?.ToString() ?? $"no {header}")];
}
