using System.Diagnostics.Metrics;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Configuration;
using Microsoft.Extensions.Options;

namespace Amqp.Server.Telemetry;

/// <summary>The broker's totals as instruments of .NET's, named as OpenTelemetry's conventions have it. Nothing is read unless somebody collects.</summary>
/// <remarks>The instruments of one collection are asked one after the other, by one thread; they read the totals together, so that these fit each other.</remarks>
internal sealed class BrokerMeter : IDisposable
{
    public const string Name = "AmqpBroker";

    private const string Prefix = "amqpbroker.";

    /// <summary>For how long totals that were read are those of the same collection.</summary>
    private const long FreshMilliseconds = 20;

    private readonly MessageBroker _broker;
    private readonly BrokerOptions _options;
    private readonly Meter _meter = new(Name, BrokerOptions.OwnVersion);
    private BrokerTotals? _totals;
    private long _readAt;

    public BrokerMeter(MessageBroker broker, IOptions<BrokerOptions> options)
    {
        (_broker, _options) = (broker, options.Value);
        AddMessages();
        AddObjects();
        AddChurn();
        AddProcess();
    }

    private BrokerTotals Totals
    {
        get
        {
            long now = Environment.TickCount64;
            if (_totals is null || now - _readAt > FreshMilliseconds)
                (_totals, _readAt) = (new BrokerTotals(_broker), now);
            return _totals;
        }
    }

    public void Dispose() => _meter.Dispose();

    private void AddMessages()
    {
        Count("message.received", "{message}", "Messages that clients published, routed or not", () => Totals.Messages.Publish);
        Count("message.enqueued", "{message}", "Messages put into queues: one that goes to three counts three times", () => Totals.Messages.Routed);
        Count("message.confirmed", "{message}", "Messages confirmed to their publishers", () => Totals.Messages.Confirm);
        Count("message.unroutable", "{message}", "Messages that no queue took", () =>
        [
            Of(Totals.Messages.ReturnUnroutable, ("amqpbroker.outcome", "returned")),
            Of(Totals.Messages.DropUnroutable, ("amqpbroker.outcome", "dropped")),
        ]);
        Count("message.delivered", "{message}", "Messages sent to clients", () =>
        [
            Of(Totals.Messages.Deliveries.Deliver, ("messaging.operation.name", "deliver"), ("amqpbroker.acknowledgement", "manual")),
            Of(Totals.Messages.Deliveries.DeliverNoAck, ("messaging.operation.name", "deliver"), ("amqpbroker.acknowledgement", "automatic")),
            Of(Totals.Messages.Deliveries.Get, ("messaging.operation.name", "get"), ("amqpbroker.acknowledgement", "manual")),
            Of(Totals.Messages.Deliveries.GetNoAck, ("messaging.operation.name", "get"), ("amqpbroker.acknowledgement", "automatic")),
        ]);
        Count("message.redelivered", "{message}", "Those of the delivered messages that were delivered before", () => Totals.Messages.Deliveries.Redeliver);
        Count("message.acknowledged", "{message}", "Messages acknowledged by consumers", () => Totals.Messages.Deliveries.Ack);
        Count("message.dead_lettered", "{message}", "Messages that died in a queue, whether they were published again or not", () => [.. Enum.GetValues<DeathReason>().Select(Dead)]);
        _meter.CreateObservableUpDownCounter(
            $"{Prefix}message.current", () => new[] { Of(Totals.Ready, ("amqpbroker.state", "ready")), Of(Totals.Unacknowledged, ("amqpbroker.state", "unacknowledged")) },
            "{message}", "Messages in queues");
    }

    private void AddObjects()
    {
        Current("queue.count", "{queue}", "Queues", () => Totals.Queues);
        Current("connection.count", "{connection}", "AMQP connections", () => Totals.Connections);
        Current("channel.count", "{channel}", "Channels", () => Totals.Channels);
        Current("consumer.count", "{consumer}", "Consumers", () => Totals.Consumers);
        Current("vhost.count", "{vhost}", "Virtual hosts", () => _broker.VirtualHosts.All.Count);
    }

    private void AddChurn()
    {
        Count("connection.opened", "{connection}", "AMQP connections opened", () => _broker.Statistics.Count(Churn.ConnectionCreated));
        Count("connection.closed", "{connection}", "AMQP connections closed or lost", () => _broker.Statistics.Count(Churn.ConnectionClosed));
        Count("channel.opened", "{channel}", "Channels opened", () => _broker.Statistics.Count(Churn.ChannelCreated));
        Count("channel.closed", "{channel}", "Channels closed", () => _broker.Statistics.Count(Churn.ChannelClosed));
        Count("queue.declared", "{queue}", "Declarations of queues, new or there already", () => _broker.Statistics.Count(Churn.QueueDeclared));
        Count("queue.created", "{queue}", "Queues created", () => _broker.Statistics.Count(Churn.QueueCreated));
        Count("queue.deleted", "{queue}", "Queues deleted", () => _broker.Statistics.Count(Churn.QueueDeleted));
        Count("login", "{login}", "Logins, of AMQP clients and over HTTP", () => [.. _broker.Statistics.Authentication.ByProtocol().SelectMany(each => new[]
        {
            Of(each.Succeeded, ("network.protocol.name", each.Protocol), ("amqpbroker.outcome", "succeeded")),
            Of(each.Failed, ("network.protocol.name", each.Protocol), ("amqpbroker.outcome", "failed")),
        })]);
        Count("network.io", "By", "Octets of AMQP", () =>
        [
            Of(Totals.Traffic.Received, ("network.io.direction", "receive")),
            Of(Totals.Traffic.Sent, ("network.io.direction", "transmit")),
        ]);
    }

    private void AddProcess()
    {
        Current("memory.usage", "By", "Resident memory of the process", () => Environment.WorkingSet);
        Current("memory.messages", "By", "What counts for the memory alarm: messages that are in memory only, and what is held for clients", () => _broker.MemoryInUse);
        Current("memory.limit", "By", "The memory alarm's limit", () => _broker.Alarms.MemoryLimit);
        Current("disk.free", "By", "Free room where the data is", () => DiskSpace.Free(_options.DataDirectory) ?? 0);
        Current("disk.limit", "By", "The disk alarm's limit", () => _broker.Alarms.DiskLimit);
        _meter.CreateObservableGauge($"{Prefix}alarm", () => new[] { Alarm("memory"), Alarm("disk") }, "1", "1 while publishers are blocked for want of the resource");
        Count("disk.io", "By", "What the store read and wrote", () =>
        [
            Of(_broker.Files.ReadBytes, ("disk.io.direction", "read")),
            Of(_broker.Files.WrittenBytes, ("disk.io.direction", "write")),
        ]);
        Count("fault.contained", "{fault}", "Unexpected errors that were kept inside one part of the broker", () =>
            [.. Compartments.All.Select(compartment => Of(_broker.Faults.Count(compartment), ("amqpbroker.compartment", compartment.Name())))]);
        Count("disk.syncs", "{sync}", "How often the store synced its files", () => _broker.Files.Syncs);
    }

    private void Count(string name, string unit, string description, Func<long> read) =>
        _meter.CreateObservableCounter(Prefix + name, read, unit, description);

    private void Count(string name, string unit, string description, Func<Measurement<long>[]> read) =>
        _meter.CreateObservableCounter(Prefix + name, read, unit, description);

    private void Current(string name, string unit, string description, Func<long> read) =>
        _meter.CreateObservableUpDownCounter(Prefix + name, read, unit, description);

    private Measurement<long> Dead(DeathReason reason)
    {
        long dead = 0;
        foreach (var type in Enum.GetValues<QueueType>())
            foreach (var strategy in Enum.GetValues<DeadLetterStrategy>())
                dead += _broker.Statistics.CountDead(type, strategy, reason);
        return Of(dead, ("amqpbroker.reason", reason.Name()));
    }

    private Measurement<long> Alarm(string resource) =>
        Of(_broker.Alarms.Reason?.Contains(resource, StringComparison.Ordinal) == true ? 1 : 0, ("amqpbroker.resource", resource));

    private static Measurement<long> Of(long value, params ReadOnlySpan<(string Key, string Value)> attributes)
    {
        var tags = new KeyValuePair<string, object?>[attributes.Length];
        for (int i = 0; i < tags.Length; i++)
            tags[i] = new(attributes[i].Key, attributes[i].Value);
        return new Measurement<long>(value, tags);
    }
}
