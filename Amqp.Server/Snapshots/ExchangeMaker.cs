using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Snapshots;

/// <summary>Makes snapshots of the exchanges.</summary>
internal sealed class ExchangeMaker(VirtualHostTable hosts, StatisticsSampler sampler) : SnapshotMaker
{
    private readonly HostRoster<Exchange> _roster = new(
        hosts, host => host.Exchanges, exchange => exchange.Name, (host, exchange) =>
            host.Policies.Match(PolicyKind.User, exchange)?.Name);

    private ExchangeFacts? _facts;

    /// <summary>The times of the last two samples, from which rates are computed.</summary>
    public StatisticsSampler Sampler => sampler;

    public override SnapshotTable Make() => new ExchangeTable(this);

    public override void Forget()
    {
        _roster.Forget();
        _facts = null;
    }

    /// <summary>Returns the exchanges in the order of the rows, with their properties.</summary>
    public ExchangeFacts Facts() => _roster.Renew() || _facts is null ? _facts = new ExchangeFacts(_roster) : _facts;
}

/// <summary>The properties of exchanges that change only with their declarations and policies. Immutable, shared by snapshots.</summary>
internal sealed class ExchangeFacts
{
    private readonly TextColumn _name = new("name"), _host = new("vhost"), _type = new("type"), _policy = new("policy");
    private readonly FlagColumn _durable = new("durable"), _autoDelete = new("auto_delete"), _internal = new("internal");

    public ExchangeFacts(HostRoster<Exchange> roster)
    {
        (Exchanges, Hosts) = (roster.Items, roster.Hosts);
        Columns = [_name, _host, _type, _durable, _autoDelete, _internal, _policy];
        foreach (var column in Columns)
            column.Reserve(Exchanges.Length);
        for (int row = 0; row < Exchanges.Length; row++)
        {
            var exchange = Exchanges[row];
            (_name[row], _host[row], _type[row]) = (exchange.Name, Hosts[row].Name, exchange.Type);
            (_durable[row], _autoDelete[row], _internal[row]) = (exchange.IsDurable, exchange.IsAutoDelete, exchange.IsInternal);
            _policy[row] = roster.Policies[row];
        }
    }

    /// <summary>The exchanges, in the order of the rows.</summary>
    public Exchange[] Exchanges { get; }

    /// <summary>The virtual host of each exchange.</summary>
    public VirtualHost[] Hosts { get; }

    /// <summary>The columns of the properties.</summary>
    public SnapshotColumn[] Columns { get; }
}
