using System.Globalization;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>Names of a load's queues and exchange, and the keys and headers that route a message to a queue. Immutable.</summary>
internal sealed class LoadTopology(Workload load)
{
    private const string HeaderName = "queue";

    // Format for the index of a queue. Leading zeros give every index the same length, and so also the messages for all queues.
    private readonly string _digits =
        "D" + (load.Queues - 1).ToString(CultureInfo.InvariantCulture).Length.ToString(CultureInfo.InvariantCulture);

    /// <summary>Name of the exchange; empty for the default exchange.</summary>
    public string Exchange { get; } = load.Exchange == ExchangeKind.Default ? "" : $"{load.Prefix}-exchange";

    /// <summary>Returns the text that selects a queue in routing keys and headers: the index of the queue, with leading zeros.</summary>
    public string SelectorOf(int queue) => queue.ToString(_digits, CultureInfo.InvariantCulture);

    public string QueueOf(string selector) => $"{load.Prefix}-{selector}";

    /// <summary>Returns the routing key that routes a message to the queue with this selector.</summary>
    public string RoutingKeyOf(string selector) => load.Exchange switch
    {
        ExchangeKind.Default or ExchangeKind.Direct => QueueOf(selector),
        ExchangeKind.Topic => $"{load.Prefix}.{selector}.made",
        _ => "",
    };

    /// <summary>
    /// Returns the headers that route a message to the queue with this selector; null if the exchange does not route by headers.
    /// </summary>
    public FieldTable? HeadersOf(string selector) =>
        load.Exchange == ExchangeKind.Headers ? FieldTable.Empty.With(HeaderName, FieldValue.FromString(selector)) : null;

    /// <summary>Declares the exchange and the queues, and binds them.</summary>
    public void Declare(LoadConnection connection)
    {
        if (Exchange.Length > 0)
        {
            connection.Call<ExchangeDeclare, ExchangeDeclareOk>(new ExchangeDeclare(
                Exchange, load.Exchange.ToString().ToLowerInvariant(), Passive: false, load.IsDurable, AutoDelete: false, Internal: false,
                NoWait: false, FieldTable.Empty));
        }
        for (int queue = 0; queue < load.Queues; queue++)
        {
            string selector = SelectorOf(queue);
            connection.Call<QueueDeclare, QueueDeclareOk>(new QueueDeclare(
                QueueOf(selector), Passive: false, load.IsDurable, Exclusive: false, AutoDelete: false, NoWait: false, FieldTable.Empty));
            if (Exchange.Length > 0)
                connection.Call<QueueBind, QueueBindOk>(
                    new QueueBind(QueueOf(selector), Exchange, BindingKeyOf(selector), NoWait: false, BindingArgumentsOf(selector)));
        }
    }

    /// <summary>Deletes the queues with their messages, and the exchange. Ignores missing queues and a missing exchange.</summary>
    public void Delete(LoadConnection connection)
    {
        for (int queue = 0; queue < load.Queues; queue++)
            connection.Call<QueueDelete, QueueDeleteOk>(
                new QueueDelete(QueueOf(SelectorOf(queue)), IfUnused: false, IfEmpty: false, NoWait: false));
        if (Exchange.Length > 0)
            connection.Call<ExchangeDelete, ExchangeDeleteOk>(new ExchangeDelete(Exchange, IfUnused: false, NoWait: false));
    }

    private string BindingKeyOf(string selector) => load.Exchange == ExchangeKind.Topic ? $"*.{selector}.#" : RoutingKeyOf(selector);

    private FieldTable BindingArgumentsOf(string selector) =>
        HeadersOf(selector)?.With("x-match", FieldValue.FromString("all")) ?? FieldTable.Empty;
}
