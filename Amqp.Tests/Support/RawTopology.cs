using Amqp.Protocol;

namespace Amqp.Tests.Support;

/// <summary>Shortcuts for declare, bind and consume, with the defaults that most tests need.</summary>
internal static class RawTopology
{
    /// <summary>Declares an exclusive queue, which is deleted when the connection closes.</summary>
    public static Task<QueueDeclareOk> DeclareExclusiveQueueAsync(this RawChannel channel, string queue, FieldTable? arguments = null) =>
        channel.DeclareQueueAsync(queue, exclusive: true, arguments: arguments);

    public static Task<QueueDeclareOk> DeclareQueueAsync(
        this RawChannel channel,
        string queue,
        bool durable = false,
        bool exclusive = false,
        bool autoDelete = false,
        FieldTable? arguments = null) =>
        channel.CallAsync<QueueDeclare, QueueDeclareOk>(
            new QueueDeclare(queue, false, durable, exclusive, autoDelete, false, arguments ?? FieldTable.Empty));

    /// <summary>Declares a queue passively. The queue must exist.</summary>
    public static Task<QueueDeclareOk> LookUpQueueAsync(this RawChannel channel, string queue) =>
        channel.CallAsync<QueueDeclare, QueueDeclareOk>(new QueueDeclare(queue, true, false, false, false, false, FieldTable.Empty));

    /// <summary>Waits until the queues together have at least the expected number of messages. Returns the count of each queue.</summary>
    public static async Task<int[]> CountMessagesAsync(this RawChannel channel, IReadOnlyList<string> queues, int expected)
    {
        int[] counts = new int[queues.Count];
        await Eventually.Holds(
            async () =>
            {
                for (int i = 0; i < counts.Length; i++)
                    counts[i] = (int)(await channel.LookUpQueueAsync(queues[i])).MessageCount;
                return counts.Sum() >= expected;
            },
            () => $"of {expected} messages there are {string.Join(" + ", counts)}");
        return counts;
    }

    public static Task DeclareExchangeAsync(
        this RawChannel channel,
        string exchange,
        string type,
        bool durable = false,
        bool autoDelete = false,
        bool @internal = false,
        FieldTable? arguments = null) =>
        channel.CallAsync<ExchangeDeclare, ExchangeDeclareOk>(
            new ExchangeDeclare(exchange, type, false, durable, autoDelete, @internal, false, arguments ?? FieldTable.Empty));

    /// <summary>Declares an exchange passively. The exchange must exist.</summary>
    public static Task LookUpExchangeAsync(this RawChannel channel, string exchange) =>
        channel.CallAsync<ExchangeDeclare, ExchangeDeclareOk>(
            new ExchangeDeclare(exchange, "", true, false, false, false, false, FieldTable.Empty));

    public static Task BindQueueAsync(
        this RawChannel channel, string queue, string exchange, string key = "", FieldTable? arguments = null) =>
        channel.CallAsync<QueueBind, QueueBindOk>(new QueueBind(queue, exchange, key, false, arguments ?? FieldTable.Empty));

    public static Task UnbindQueueAsync(
        this RawChannel channel, string queue, string exchange, string key = "", FieldTable? arguments = null) =>
        channel.CallAsync<QueueUnbind, QueueUnbindOk>(new QueueUnbind(queue, exchange, key, arguments ?? FieldTable.Empty));

    public static Task BindExchangeAsync(
        this RawChannel channel, string destination, string source, string key = "", FieldTable? arguments = null) =>
        channel.CallAsync<ExchangeBind, ExchangeBindOk>(new ExchangeBind(destination, source, key, false, arguments ?? FieldTable.Empty));

    public static Task UnbindExchangeAsync(
        this RawChannel channel, string destination, string source, string key = "", FieldTable? arguments = null) =>
        channel.CallAsync<ExchangeUnbind, ExchangeUnbindOk>(
            new ExchangeUnbind(destination, source, key, false, arguments ?? FieldTable.Empty));

    /// <summary>Starts a consumer. The next frame on the channel must be consume-ok.</summary>
    public static async Task<string> ConsumeAsync(
        this RawChannel channel, string queue, string tag = "", bool noAck = false, bool exclusive = false, FieldTable? arguments = null)
    {
        var consumed = await channel.CallAsync<BasicConsume, BasicConsumeOk>(
            new BasicConsume(queue, tag, false, noAck, exclusive, false, arguments ?? FieldTable.Empty));
        return consumed.ConsumerTag;
    }

    public static Task QosAsync(this RawChannel channel, ushort prefetch, bool global = false) =>
        channel.CallAsync<BasicQos, BasicQosOk>(new BasicQos(0, prefetch, global));

    public static Task<QueueDeleteOk> DeleteQueueAsync(
        this RawChannel channel, string queue, bool ifUnused = false, bool ifEmpty = false) =>
        channel.CallAsync<QueueDelete, QueueDeleteOk>(new QueueDelete(queue, ifUnused, ifEmpty, false));

    public static Task DeleteExchangeAsync(this RawChannel channel, string exchange, bool ifUnused = false) =>
        channel.CallAsync<ExchangeDelete, ExchangeDeleteOk>(new ExchangeDelete(exchange, ifUnused, false));

    public static Task SelectConfirmsAsync(this RawChannel channel) =>
        channel.CallAsync<ConfirmSelect, ConfirmSelectOk>(new ConfirmSelect(false));
}
