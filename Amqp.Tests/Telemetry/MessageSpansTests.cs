using System.Buffers;
using System.Diagnostics;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Tracing;
using Amqp.Tests.Support;

namespace Amqp.Tests.Telemetry;

/// <summary>Published and delivered messages have the right spans with the right attributes.</summary>
public sealed class MessageSpansTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c", Parent = "b7ad6b7169203331";
    private const string Sampled = $"00-{Trace}-{Parent}-01";

    private readonly List<Activity> _stopped = [];
    private BareBroker _broker = null!;
    private MessageSpans _spans = null!;
    private ActivityListener _listener = null!;

    [OneTimeSetUp]
    public void Listen()
    {
        _broker = new BareBroker();
        _spans = new MessageSpans();
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == MessageSpans.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _stopped.Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        _listener.Dispose();
        _spans.Dispose();
        await _broker.DisposeAsync();
    }

    [TestCase(false, null)]
    [TestCase(true, null)]
    [TestCase(false, "vendor=1,other=2")]
    [TestCase(true, "vendor=1")]
    public void It_goes_on_with_the_trace_and_its_state_whether_they_came_as_texts_or_octets(bool isOctets, string? state)
    {
        var headers = FieldTable.Empty.With("traceparent", Value(Sampled, isOctets));
        if (state is not null)
            headers = headers.With("tracestate", Value(state, isOctets));

        using var span = Publish("amq.topic", "k", headers);

        Assert.That(
            (span!.TraceId.ToHexString(), span.ParentSpanId.ToHexString(), span.TraceStateString, span.Kind),
            Is.EqualTo((Trace, Parent, state, ActivityKind.Server)));
    }

    [TestCase("", "k", "publish amq.default")]
    [TestCase("x", "k", "publish x")]
    [TestCase("x", "", "publish x")]
    public void It_is_named_for_the_exchange_and_tells_a_routing_key_where_there_is_one(string exchange, string key, string name)
    {
        using var span = Publish(exchange, key, FieldTable.Empty.With("traceparent", Value(Sampled, isOctets: false)));

        Assert.That(
            (
                span!.DisplayName,
                span.GetTagItem("messaging.destination.name"),
                span.GetTagItem("messaging.rabbitmq.destination.routing_key")),
            Is.EqualTo((name, exchange, key.Length == 0 ? null : key)));
    }

    [Test]
    public void A_header_of_another_type_is_no_trace() =>
        Assert.That(Publish("x", "k", FieldTable.Empty.With("traceparent", FieldValue.FromInt32(1))), Is.Null);

    [TestCase(false)]
    [TestCase(true)]
    public void A_delivery_is_told_with_where_the_message_was_and_where_it_came_from(bool isRedelivered)
    {
        var queue = _broker.Declare("q");
        _stopped.Clear();

        _spans.NoteDelivery(
            "deliver", Message("x", "k", FieldTable.Empty.With("traceparent", Value(Sampled, isOctets: false))), queue, deliveryTag: 7,
            isRedelivered);

        var span = _stopped.Single();
        Assert.That(
            (span.DisplayName, span.Kind, span.ParentSpanId.ToHexString()),
            Is.EqualTo(("deliver q", ActivityKind.Producer, Parent)));
        Assert.That(
            (
                span.GetTagItem("messaging.destination.name"), span.GetTagItem("messaging.destination.subscription.name"),
                span.GetTagItem("messaging.rabbitmq.message.delivery_tag"), span.GetTagItem("messaging.message.body.size"),
                span.GetTagItem("amqpbroker.redelivered")),
            Is.EqualTo(("x", "q", 7L, 3L, isRedelivered ? (object)true : null)));
    }

    private Activity? Publish(string exchange, string key, FieldTable headers) =>
        _spans.StartPublish(_broker.Host.Name, Message(exchange, key, headers), bodySize: 3);

    private static EncodedMessage Message(string exchange, string key, FieldTable headers)
    {
        var address = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(address);
        writer.WriteShortString(exchange);
        writer.WriteShortString(key);
        byte[] message =
        [
            .. EncodedMessage.NewHead(address.WrittenSpan, Encoded.Properties(new BasicProperties { Headers = headers }), default),
            1,
            2,
            3
        ];
        return EncodedMessage.Read(message);
    }

    private static FieldValue Value(string text, bool isOctets) =>
        isOctets ? FieldValue.FromBytes(System.Text.Encoding.UTF8.GetBytes(text)) : FieldValue.FromString(text);
}
