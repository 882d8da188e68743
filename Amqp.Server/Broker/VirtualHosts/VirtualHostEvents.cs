using Amqp.Protocol;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Values;
using static Amqp.Server.Broker.Events.EventFacts;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Raises events when virtual hosts are created, updated or deleted.</summary>
internal static class VirtualHostEvents
{
    /// <summary>Raises the events of a new virtual host and of its predeclared exchanges.</summary>
    public static void VirtualHostCreated(this BrokerEvents events, VirtualHost virtualHost)
    {
        if (!events.IsWanted)
            return;
        foreach (var exchange in virtualHost.Exchanges)
            events.ExchangeCreated(exchange, virtualHost.Name);
        events.Raise("vhost.created", Describe(virtualHost));
    }

    public static void VirtualHostUpdated(this BrokerEvents events, VirtualHost virtualHost)
    {
        if (events.IsWanted)
            events.Raise("vhost.updated", Describe(virtualHost));
    }

    public static void VirtualHostDeleted(this BrokerEvents events, string name)
    {
        if (!events.IsWanted)
            return;
        events.Raise("vhost.deleted", [Performed(), Fact("name", name)]);
        events.Raise("vhost.down", [PerformedBy(BrokerEvents.Nobody), Fact("node", Node.Name), Fact("name", name)]);
    }

    private static KeyValuePair<string, FieldValue>[] Describe(VirtualHost virtualHost)
    {
        var description = virtualHost.Description;
        return
        [
            Fact("tags", description.Tags), Fact("description", description.Text), Performed(),
            new("cluster_state", FieldValue.FromTable(FieldTable.Empty.With(Node.Name, FieldValue.FromString("running")))),
            Fact("tracing", virtualHost.IsTracing), Fact("metadata", Metadata(description)),
            Fact("default_queue_type", description.DefaultQueueType ?? "undefined"), Fact("name", virtualHost.Name),
        ];
    }

    /// <summary>Formats the metadata as Erlang prints a map. Tags are printed as atoms.</summary>
    private static string Metadata(VirtualHostDescription description)
    {
        string type = description.DefaultQueueType is { } named
            ? $"default_queue_type => {ErlangText.Of(FieldValue.FromString(named))},"
            : "";
        return $"#{{{type}description => {ErlangText.Of(FieldValue.FromString(description.Text))},tags "
            + $"=> [{string.Join(',', description.Tags)}]}}";
    }
}
