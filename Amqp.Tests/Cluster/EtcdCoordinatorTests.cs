using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Amqp.Server.Cluster.Coordination;
using Amqp.Storage.Replication;
using InSyncSet = Amqp.Server.Cluster.Coordination.InSyncSet;

namespace Amqp.Tests.Cluster;

/// <summary>Leaders, the in-sync set, members and positions in an etcd of one member.</summary>
[CancelAfter(60_000)]
public sealed class EtcdCoordinatorTests
{
    private EtcdCluster? _etcd;
    private EtcdOptions _options = null!;
    private EtcdCoordinator _coordinator = null!;

    [OneTimeSetUp]
    public async Task StartEtcd() => _etcd = await EtcdCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopEtcd() => await (_etcd?.DisposeAsync() ?? ValueTask.CompletedTask);

    [SetUp]
    public void Connect() => _coordinator = new EtcdCoordinator(_options = _etcd!.Options());

    [TearDown]
    public async Task Disconnect() => await _coordinator.DisposeAsync();

    [Test]
    public async Task Nothing_is_there_at_first(CancellationToken cancellation)
    {
        var state = await _coordinator.ReadAsync(cancellation);

        Assert.That((state.Leader, state.InSync), Is.EqualTo(((PartitionLeader?)null, (InSyncSet?)null)));
        Assert.That(state.Members, Is.Empty);
        Assert.That(state.Positions, Is.Empty);
    }

    [Test]
    public async Task Members_are_read_as_they_were_registered(CancellationToken cancellation)
    {
        var one = new ClusterMember("rabbit@\"höst\"", "[::1]:25672", "a:5672", null, "http://a:15672");
        var other = new ClusterMember("b", "b:25672", "b:5672", "b:5671", "https://b:15671");
        await _coordinator.RegisterAsync(one, cancellation);
        await _coordinator.RegisterAsync(other with { Amqp = "old:1" }, cancellation);
        await _coordinator.RegisterAsync(other, cancellation);

        var state = await _coordinator.ReadAsync(cancellation);

        Assert.That(state.Members.Values, Is.EquivalentTo(new[] { one, other }));
        Assert.That(state.Members.Keys, Is.EquivalentTo(new[] { one.Name, "b" }));
    }

    [Test]
    public async Task The_first_leader_is_the_in_sync_set(CancellationToken cancellation)
    {
        var leadership = await LeadAsync("a", cancellation);
        var state = await _coordinator.ReadAsync(cancellation);

        Assert.That(state.Leader, Is.EqualTo(new PartitionLeader("a", leadership.Epoch)));
        Assert.That(state.InSync!.Names, Is.EqualTo(new[] { "a" }));
        Assert.That(leadership.Lease, Is.EqualTo(_options.Lease));
    }

    [Test]
    public async Task One_of_many_candidates_leads(CancellationToken cancellation)
    {
        string[] names = [.. Enumerable.Range(0, 20).Select(number => $"node{number}")];
        ulong before = 0;
        for (int round = 0; round < 3; round++)
        {
            var leaders = await RaceAsync(names, cancellation);

            Assert.That(leaders, Has.Count.EqualTo(1));
            Assert.That(leaders[0].Epoch, Is.GreaterThan(before));
            var leader = (await _coordinator.ReadAsync(cancellation)).Leader;
            Assert.That(leader, Is.EqualTo(new PartitionLeader(leaders[0].Name, leaders[0].Epoch)));
            before = leaders[0].Epoch;
            Assert.That(await _coordinator.ChangeInSyncSetAsync(leaders[0], names, cancellation), Is.True);
            await _coordinator.ResignAsync(leaders[0], cancellation);
        }
    }

    [Test]
    public async Task A_node_outside_the_set_cannot_lead(CancellationToken cancellation)
    {
        var leadership = await LeadAsync("a", cancellation);
        Assert.That(await _coordinator.ChangeInSyncSetAsync(leadership, ["b", "a"], cancellation), Is.True);
        await _coordinator.ResignAsync(leadership, cancellation);

        Assert.That(await _coordinator.TryLeadAsync("c", cancellation), Is.Null);
        Assert.That((await _coordinator.ReadAsync(cancellation)).Leader, Is.Null);
        var next = await LeadAsync("b", cancellation);
        Assert.That(next.Epoch, Is.GreaterThan(leadership.Epoch));
        Assert.That((await _coordinator.ReadAsync(cancellation)).InSync!.Names, Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task The_set_always_has_its_leader(CancellationToken cancellation)
    {
        var leadership = await LeadAsync("a", cancellation);

        Assert.That(async () => await _coordinator.ChangeInSyncSetAsync(leadership, ["b"], cancellation), Throws.ArgumentException);
    }

    [Test]
    public async Task A_lease_that_is_not_renewed_ends_the_leadership(CancellationToken cancellation)
    {
        var leadership = await LeadAsync("a", cancellation);
        await using var watch = new StateWatch(_coordinator);
        Assert.That((await watch.NextAsync()).Leader, Is.Not.Null);
        var time = Stopwatch.StartNew();

        Assert.That((await watch.NextAsync()).Leader, Is.Null);

        Assert.That(time.Elapsed, Is.LessThan(_options.Lease + TimeSpan.FromSeconds(3)));
        Assert.That(await _coordinator.RenewAsync(leadership, cancellation), Is.False);
        Assert.That(await _coordinator.ChangeInSyncSetAsync(leadership, ["a"], cancellation), Is.False);
    }

    [Test]
    public async Task A_lease_that_is_renewed_keeps_the_leadership(CancellationToken cancellation)
    {
        var leadership = await LeadAsync("a", cancellation);
        for (var time = Stopwatch.StartNew(); time.Elapsed < _options.Lease * 2; await Task.Delay(300, cancellation))
            Assert.That(await _coordinator.RenewAsync(leadership, cancellation), Is.True);
        Assert.That((await _coordinator.ReadAsync(cancellation)).Leader!.Epoch, Is.EqualTo(leadership.Epoch));
    }

    [Test]
    public async Task A_deposed_leader_cannot_renew_or_change_the_set(CancellationToken cancellation)
    {
        var deposed = await LeadAsync("a", cancellation);
        await _coordinator.DeposeAsync(deposed.Epoch, cancellation);

        Assert.That(await _coordinator.RenewAsync(deposed, cancellation), Is.False);
        Assert.That(await _coordinator.ChangeInSyncSetAsync(deposed, ["a", "b"], cancellation), Is.False);
        var next = await LeadAsync("a", cancellation); // the same node, in a new epoch
        Assert.That(await _coordinator.RenewAsync(deposed, cancellation), Is.False);
        Assert.That(await _coordinator.ChangeInSyncSetAsync(deposed, ["a", "b"], cancellation), Is.False);
        Assert.That((await _coordinator.ReadAsync(cancellation)).InSync!.Names, Is.EqualTo(new[] { "a" }));
        Assert.That(next.Epoch, Is.GreaterThan(deposed.Epoch));
    }

    [Test]
    public async Task An_old_epoch_deposes_no_successor_and_its_leader_resigns_for_no_other(CancellationToken cancellation)
    {
        var first = await LeadAsync("a", cancellation);
        await _coordinator.DeposeAsync(first.Epoch, cancellation);
        var second = await LeadAsync("a", cancellation);

        await _coordinator.DeposeAsync(first.Epoch, cancellation);
        await _coordinator.ResignAsync(first, cancellation);
        await _coordinator.ResignAsync(first, cancellation);

        Assert.That((await _coordinator.ReadAsync(cancellation)).Leader!.Epoch, Is.EqualTo(second.Epoch));
        Assert.That(await _coordinator.RenewAsync(second, cancellation), Is.True);
    }

    [Test]
    public async Task Positions_are_posted_while_there_is_no_leader_and_end_with_the_next(CancellationToken cancellation)
    {
        var leadership = await LeadAsync("a", cancellation);
        Assert.That(await _coordinator.PostPositionAsync("b", new ReplicaPosition(1, 2), cancellation), Is.False);
        Assert.That(await _coordinator.ChangeInSyncSetAsync(leadership, ["a", "b"], cancellation), Is.True);
        await _coordinator.ResignAsync(leadership, cancellation);

        var position = new ReplicaPosition(leadership.Epoch, ulong.MaxValue);
        Assert.That(await _coordinator.PostPositionAsync("b", new ReplicaPosition(1, 2), cancellation), Is.True);
        Assert.That(await _coordinator.PostPositionAsync("b", position, cancellation), Is.True);
        var posted = (await _coordinator.ReadAsync(cancellation)).Positions;
        await LeadAsync("b", cancellation);

        Assert.That(posted, Is.EquivalentTo(new Dictionary<string, ReplicaPosition> { ["b"] = position }));
        Assert.That((await _coordinator.ReadAsync(cancellation)).Positions, Is.Empty);
    }

    [Test]
    public async Task A_position_disappears_with_its_node()
    {
        await _coordinator.PostPositionAsync("a", new ReplicaPosition(1, 2), CancellationToken.None);
        await using var watch = new StateWatch(_coordinator);

        Assert.That((await watch.NextAsync()).Positions, Has.Count.EqualTo(1));
        Assert.That((await watch.NextAsync()).Positions, Is.Empty);
    }

    [Test]
    public async Task A_watch_yields_the_current_state_and_each_new_one_once(CancellationToken cancellation)
    {
        await using var watch = new StateWatch(_coordinator);
        var first = await watch.NextAsync();
        var leadership = await LeadAsync("a", cancellation);
        var second = await watch.NextAsync();
        await _coordinator.ChangeInSyncSetAsync(leadership, ["a", "b"], cancellation);
        var third = await watch.NextAsync();
        await _coordinator.ResignAsync(leadership, cancellation);
        var fourth = await watch.NextAsync();

        Assert.That(first.Leader, Is.Null);
        Assert.That(second.Leader!.Epoch, Is.EqualTo(leadership.Epoch));
        Assert.That(third.InSync!.Names, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(fourth.Leader, Is.Null);
        Assert.That(new[] { first, second, third, fourth }.Select(state => state.Revision), Is.Ordered.Ascending);
    }

    [Test]
    public async Task A_watch_goes_on_after_a_compaction(CancellationToken cancellation)
    {
        await _coordinator.RegisterAsync(new ClusterMember("a", "", "", null, ""), cancellation);
        var state = await _coordinator.ReadAsync(cancellation);
        await _etcd!.CallAsync("kv/compaction", new { revision = $"{state.Revision}" });
        using var gateway = new EtcdGateway(_options);
        await using var watch = new EtcdWatch(gateway, _options.Prefix, checkInterval: TimeSpan.FromHours(1));

        await watch.WaitAsync(1, cancellation).WaitAsync(TimeSpan.FromSeconds(10), cancellation); // the events are no longer there
        Task waiting = watch.WaitAsync(state.Revision, cancellation);
        Assert.That(waiting.IsCompleted, Is.False);
        await _coordinator.RegisterAsync(new ClusterMember("b", "", "", null, ""), cancellation);
        await waiting.WaitAsync(TimeSpan.FromSeconds(10), cancellation);
    }

    [Test]
    public async Task The_value_of_another_program_is_refused(CancellationToken cancellation)
    {
        byte[] key = Encoding.UTF8.GetBytes($"{_options.Prefix}partitions/0/insync");
        await _etcd!.CallAsync("kv/put", new { key = Convert.ToBase64String(key), value = "e30=" });

        Assert.That(async () => await _coordinator.ReadAsync(cancellation), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public async Task Cancellation_ends_a_watch_at_once()
    {
        using var cancel = new CancellationTokenSource();
        await using var states = _coordinator.WatchAsync(cancel.Token).GetAsyncEnumerator();
        await states.MoveNextAsync();
        var next = states.MoveNextAsync().AsTask();
        var time = Stopwatch.StartNew();
        await cancel.CancelAsync();

        Assert.That(async () => await next, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(time.Elapsed, Is.LessThan(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task Cancellation_ends_a_call_at_once_if_etcd_does_not_answer()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"));
        await using var coordinator = new EtcdCoordinator(_options with { Endpoints = [url], AttemptLimit = TimeSpan.FromMinutes(1) });
        using var cancel = new CancellationTokenSource();
        var call = coordinator.TryLeadAsync("a", cancel.Token);
        using var connection = await silent.AcceptTcpClientAsync(CancellationToken.None);
        var time = Stopwatch.StartNew();
        await cancel.CancelAsync();

        Assert.That(async () => await call, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(time.Elapsed, Is.LessThan(TimeSpan.FromSeconds(1)));
    }

    private async Task<Leadership> LeadAsync(string name, CancellationToken cancellation)
    {
        var leadership = await _coordinator.TryLeadAsync(name, cancellation);
        Assert.That(leadership, Is.Not.Null);
        return leadership!;
    }

    /// <summary>Starts all candidates at once, each with connections of its own. Returns the leaders.</summary>
    private async Task<IReadOnlyList<Leadership>> RaceAsync(string[] names, CancellationToken cancellation)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var candidates = names.Select(async name =>
        {
            await using var coordinator = new EtcdCoordinator(_options);
            await start.Task;
            return await coordinator.TryLeadAsync(name, cancellation);
        }).ToList();
        start.SetResult();
        return [.. (await Task.WhenAll(candidates)).OfType<Leadership>()];
    }
}
