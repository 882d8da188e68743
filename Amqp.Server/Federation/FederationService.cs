using System.Threading.Channels;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Links;

namespace Amqp.Server.Federation;

/// <summary>Runs the links of federated exchanges and queues. Starts and stops them as policies, upstreams and objects change.</summary>
/// <remarks>
/// Thread-safe. Changes are noted under locks of the broker, so they are only collected; one task compares the links with what is
/// needed. The lock guards the table of links and the links that are stopping.
/// </remarks>
internal sealed class FederationService(
    Lazy<MessageBroker> broker, LinkConnector connector, ContainedFaults faults, TimeProvider clock, ILogger<FederationLink> logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<LinkTarget, List<FederationLink>> _links = [];
    private readonly Dictionary<string, Task> _stopping = []; // by id
    private readonly Channel<Change> _changes = Channel.CreateUnbounded<Change>(new UnboundedChannelOptions { SingleReader = true });
    private Task _running = Task.CompletedTask;
    private LinkFinder? _finder;
    private bool _isStopped;

    /// <summary>The links, sorted by virtual host, kind, name and upstream.</summary>
    public IReadOnlyList<FederationLink> All
    {
        get
        {
            lock (_lock)
                return
                [
                    .. _links.Values.SelectMany(links => links)
                        .OrderBy(link => link.Plan.VirtualHost, StringComparer.Ordinal)
                        .ThenBy(link => link.Plan.Kind)
                        .ThenBy(link => link.Plan.Name, StringComparer.Ordinal)
                        .ThenBy(link => link.Plan.Upstream.Name, StringComparer.Ordinal),
                ];
        }
    }

    /// <summary>Starts all links, and follows changes.</summary>
    public void Start()
    {
        _finder = new LinkFinder(broker.Value);
        var watch = broker.Value.VirtualHosts.Watch;
        watch.ExchangeChanged += (virtualHost, name) => Note(new Change(virtualHost, new LinkTarget(LinkKind.Exchange, virtualHost, name)));
        watch.QueueChanged += (virtualHost, name) => Note(new Change(virtualHost, new LinkTarget(LinkKind.Queue, virtualHost, name)));
        watch.PoliciesChanged += virtualHost => Note(new Change(virtualHost, null));
        broker.Value.Links.Federation.Changed += virtualHost => _changes.Writer.TryWrite(new Change(virtualHost, null));
        foreach (var virtualHost in broker.Value.VirtualHosts.All)
            Note(new Change(virtualHost.Name, null));
        _running = Task.Run(FollowAsync);
    }

    /// <summary>Stops all links. Their queues at the upstreams stay, and collect messages until the next start.</summary>
    public async Task StopAsync()
    {
        _changes.Writer.TryComplete();
        await _running;
        Task[] stopping;
        lock (_lock)
        {
            _isStopped = true;
            foreach (var link in _links.Values.SelectMany(links => links).ToArray())
                Stop(link, cleansUp: false);
            stopping = [.. _stopping.Values];
        }
        await Task.WhenAll(stopping);
    }

    public FederationLink? Find(string id)
    {
        lock (_lock)
            return _links.Values.SelectMany(links => links).FirstOrDefault(link => link.Plan.Id == id);
    }

    /// <summary>Stops a link and starts it again.</summary>
    /// <returns>False if there is no such link.</returns>
    public bool Restart(string id)
    {
        lock (_lock)
        {
            if (_isStopped || Find(id) is not { } link)
                return false;
            Stop(link, cleansUp: false);
            Start(link.Plan);
            return true;
        }
    }

    private void Note(Change change)
    {
        if (!broker.Value.Links.Federation.IsEmpty)
            _changes.Writer.TryWrite(change);
    }

    private async Task FollowAsync()
    {
        await foreach (var change in _changes.Reader.ReadAllAsync())
            faults.Contain(
                Compartment.Broker, $"the federation of vhost '{change.VirtualHost}'", () =>
                {
                    if (change.Target is { } target)
                        Compare(target);
                    else
                        CompareAll(change.VirtualHost);
                });
    }

    private void CompareAll(string virtualHost)
    {
        LinkTarget[] linked;
        lock (_lock)
            linked = [.. _links.Keys.Where(target => target.VirtualHost == virtualHost)];
        foreach (var target in linked.Concat(_finder!.ObjectsIn(virtualHost)).Distinct())
            Compare(target);
    }

    /// <summary>Starts and stops the links of an exchange or a queue.</summary>
    private void Compare(LinkTarget target)
    {
        var plans = _finder!.PlansFor(target);
        lock (_lock)
        {
            foreach (var link in _links.GetValueOrDefault(target)?.ToArray() ?? [])
            {
                var plan = plans.FirstOrDefault(plan => plan.Id == link.Plan.Id);
                if (plan is null || !plan.IsSameAs(link.Plan))
                    Stop(link, cleansUp: plan is null || !plan.SharesUpstreamObjects(link.Plan));
            }
            foreach (var plan in plans)
                if (_links.GetValueOrDefault(target)?.Exists(link => link.Plan.Id == plan.Id) != true)
                    Start(plan);
        }
    }

    /// <summary>Starts a link, which waits for the end of its predecessor. The caller holds the lock.</summary>
    private void Start(LinkPlan plan)
    {
        if (broker.Value.VirtualHosts.Find(plan.VirtualHost) is not { } host)
            return;
        var parts = new LinkParts(connector, () => broker.Value.ClusterName, clock, logger);
        ILinkWork work = plan.Kind == LinkKind.Exchange ? new ExchangeLink(plan, parts, host.Routing.Lock) : new QueueLink(plan);
        var link = new FederationLink(plan, parts, work);
        if (!_links.TryGetValue(plan.Address, out var links))
            _links.Add(plan.Address, links = []);
        links.Add(link);
        link.Start(_stopping.GetValueOrDefault(plan.Id, Task.CompletedTask));
    }

    /// <summary>Stops a link without waiting for its end. The caller holds the lock.</summary>
    private void Stop(FederationLink link, bool cleansUp)
    {
        var links = _links[link.Plan.Address];
        links.Remove(link);
        if (links.Count == 0)
            _links.Remove(link.Plan.Address);
        foreach (string ended in _stopping.Where(entry => entry.Value.IsCompleted).Select(entry => entry.Key).ToArray())
            _stopping.Remove(ended);
        if (cleansUp)
            link.CleanUpAtEnd();
        _stopping[link.Plan.Id] = StopAsync(link, _stopping.GetValueOrDefault(link.Plan.Id, Task.CompletedTask));
    }

    private async Task StopAsync(FederationLink link, Task former)
    {
        await Task.Yield(); // the caller holds the lock
        await faults.ContainAsync(
            Compartment.Broker, $"the stop of the federation link '{link.Plan.Id}'", () => link.DisposeAsync().AsTask());
        await former;
    }

    /// <summary>A change after which links may have to start or stop.</summary>
    /// <param name="VirtualHost">The virtual host.</param>
    /// <param name="Target">The changed object; null if any object of the virtual host may have changed.</param>
    private sealed record Change(string VirtualHost, LinkTarget? Target);
}
