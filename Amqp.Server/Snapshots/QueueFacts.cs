using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Snapshots;

/// <summary>The properties of queues that change only with their declarations and policies. Immutable, shared by snapshots.</summary>
internal sealed class QueueFacts
{
    public QueueFacts(HostRoster<Queue> roster)
    {
        (Queues, Hosts) = (roster.Items, roster.Hosts);
        Status = Array.ConvertAll(Queues, queue => queue.Status);
        foreach (var column in (SnapshotColumn[])[Name, Host, Type, Durable, Exclusive, AutoDelete, Policy, Features, Node])
            column.Reserve(Queues.Length);
        for (int row = 0; row < Queues.Length; row++)
        {
            var declaration = Queues[row].Declaration;
            (Name[row], Host[row], Policy[row]) = (roster.Names[row], roster.Hosts[row].Name, roster.Policies[row]);
            Type[row] = declaration.Arguments.Type.Name;
            (Durable[row], Exclusive[row]) = (declaration.IsDurable, declaration.IsExclusive);
            AutoDelete[row] = declaration.IsAutoDelete;
            Features[row] = FeatureColumn.Of(Queues[row]);
            Node[row] = Broker.Names.Node.Name;
        }
    }

    /// <summary>The queues, in the order of the rows.</summary>
    public Queue[] Queues { get; }

    /// <summary>The state of each queue.</summary>
    public QueueStatus[] Status { get; }

    /// <summary>The virtual host of each queue.</summary>
    public VirtualHost[] Hosts { get; }

    public TextColumn Name { get; } = new("name", isSearched: true);

    public TextColumn Host { get; } = new("vhost");

    public TextColumn Type { get; } = new("type");

    public FlagColumn Durable { get; } = new("durable");

    public FlagColumn Exclusive { get; } = new("exclusive");

    public FlagColumn AutoDelete { get; } = new("auto_delete");

    public TextColumn Policy { get; } = new("policy");

    public FeatureColumn Features { get; } = new("features");

    public TextColumn Node { get; } = new("node");
}
