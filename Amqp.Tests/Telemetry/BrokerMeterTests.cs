using System.Diagnostics.Metrics;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Configuration;
using Amqp.Server.Telemetry;
using Amqp.Tests.Support;
using Microsoft.Extensions.Options;

namespace Amqp.Tests.Telemetry;

/// <summary>The OpenTelemetry meter reports each count of the broker with the expected name and attributes.</summary>
[NonParallelizable] // instruments belong to the process, so no other test may run a broker now
public sealed class BrokerMeterTests
{
    [Test]
    public async Task Counts_that_all_differ_are_measured_each_as_what_it_is()
    {
        await using var broker = new BareBroker();
        var queue = broker.Declare("q");
        for (int i = 0; i < 5; i++)
            broker.Publish(queue);
        broker.Consume(queue, room: 2);
        var channel = broker.Host.Statistics.OpenChannel();
        channel.Deliveries =
            new DeliveryCounts { Deliver = 11, DeliverNoAck = 12, Get = 13, GetNoAck = 14, GetEmpty = 15, Ack = 16, Redeliver = 17 };
        for (int i = 0; i < 5; i++)
            channel.NoteUnrouted(isReturned: i < 2);
        channel.NoteConfirmed(9);
        channel.TallyOf(broker.Host.FindExchange("amq.fanout")!.Counts).Note(queues: 7);
        var connection = new ConnectionCounts();
        broker.Host.Statistics.Open(connection);
        connection.NoteReceived(100);
        connection.NoteSent(200);
        foreach (var reason in Enum.GetValues<DeathReason>())
            broker.Broker.Statistics.NoteDead(queue.Settings.Type, queue.Settings.DeadLetterStrategy, reason, 20 + (int)reason);
        broker.Broker.Statistics.Authentication.Note(AuthenticationAttempts.Amqp, "", "", isSuccess: true);
        for (int i = 0; i < 3; i++)
            broker.Broker.Statistics.Authentication.Note(AuthenticationAttempts.Http, "", "", isSuccess: i == 0);
        broker.Broker.Alarms.SetDiskLimit(long.MaxValue);
        broker.Broker.Memory.Held.Add(12_345);
        foreach (var (churn, times) in new[]
        {
            (Churn.ConnectionCreated, 2),
            (Churn.ConnectionClosed, 4),
            (Churn.ChannelCreated, 5),
            (Churn.ChannelClosed, 7)
        })
            while (broker.Broker.Statistics.Count(churn) < times)
                broker.Broker.Statistics.Note(churn);
        foreach (var compartment in new[] { Compartment.Events, Compartment.Events, Compartment.Http })
            broker.Broker.Faults.Note(compartment, "somewhere", new InvalidOperationException());

        var measured = Measure(broker);

        string[] expected =
        [
            "message.received 1",
            "message.enqueued 7",
            "message.confirmed 9",
            "message.unroutable returned 2",
            "message.unroutable dropped 3",
            "message.delivered deliver manual 11",
            "message.delivered deliver automatic 12",
            "message.delivered get manual 13",
            "message.delivered get automatic 14",
            "message.redelivered 17",
            "message.acknowledged 16",
            "message.current ready 3",
            "message.current unacknowledged 2",
            "message.dead_lettered expired 20",
            "message.dead_lettered rejected 21",
            "message.dead_lettered maxlen 22",
            "message.dead_lettered delivery_limit 23",
            "queue.count 1",
            "queue.created 1",
            "queue.declared 1",
            "queue.deleted 0",
            "connection.count 1",
            "channel.count 1",
            "consumer.count 1",
            "vhost.count 1",
            "network.io receive 100",
            "network.io transmit 200",
            "login amqp091 succeeded 1",
            "login amqp091 failed 0",
            "login http succeeded 1",
            "login http failed 2",
            "connection.opened 2",
            "connection.closed 4",
            "channel.opened 5",
            "channel.closed 7",
            $"memory.messages {broker.Broker.Memory.InUse}",
            $"fault.contained {Compartment.Events.Name()} 2",
            $"fault.contained {Compartment.Http.Name()} 1",
            $"fault.contained {Compartment.Queue.Name()} 0",
            "alarm memory 0",
            "alarm disk 1",
            $"disk.limit {broker.Broker.Alarms.DiskLimit}",
            $"memory.limit {broker.Broker.Alarms.MemoryLimit}",
        ];
        Assert.That(expected.Except(measured), Is.Empty, string.Join('\n', measured));
    }

    private static List<string> Measure(BareBroker broker)
    {
        var measured = new List<string>();
        bool isOurs = false;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (isOurs && instrument.Meter.Name == BrokerMeter.Name)
                to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, attributes, _) =>
            measured.Add(string.Join(
                ' ',
                [instrument.Name["amqpbroker.".Length..], .. attributes.ToArray().Select(attribute => $"{attribute.Value}"), $"{value}"])));
        listener.Start(); // reports the instruments of other brokers in this process; the test ignores them, because isOurs is false
        isOurs = true;
        using var meter = new BrokerMeter(broker.Broker, Options.Create(new BrokerOptions { DataDirectory = broker.DataFolder }));
        listener.RecordObservableInstruments();
        return measured;
    }
}
