using Amqp.Server.Cluster.Coordination;
using Amqp.Storage.Replication;
using Amqp.Tests.Support;
using InSyncSet = Amqp.Server.Cluster.Coordination.InSyncSet;

namespace Amqp.Tests.Cluster;

/// <summary>Answers of etcd are lost, so that requests are carried out twice; or requests are carried out late.</summary>
[CancelAfter(60_000)]
public sealed class EtcdLostAnswerTests
{
    private EtcdCluster? _etcd;
    private EtcdOptions _options = null!;
    private EtcdProxy _proxy = null!;
    private EtcdCoordinator _coordinator = null!;

    [OneTimeSetUp]
    public async Task StartEtcd() => _etcd = await EtcdCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopEtcd() => await (_etcd?.DisposeAsync() ?? ValueTask.CompletedTask);

    [SetUp]
    public void Connect()
    {
        _proxy = new EtcdProxy(_etcd!.Members[0].Url);
        _options = _etcd.Options() with { Endpoints = [_proxy.Url] };
        _coordinator = new EtcdCoordinator(_options);
    }

    [TearDown]
    public async Task Disconnect()
    {
        await _coordinator.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [TestCase("/v3/lease/grant")]
    [TestCase("/v3/kv/txn")]
    public async Task A_leader_is_told_so(string request, CancellationToken cancellation)
    {
        _proxy.LoseNext(request);
        var leadership = await _coordinator.TryLeadAsync("a", cancellation);

        Assert.That(_proxy.Lost, Is.EqualTo(1));
        Assert.That(leadership, Is.Not.Null);
        Assert.That((await _coordinator.ReadAsync(cancellation)).Leader, Is.EqualTo(new PartitionLeader("a", leadership!.Epoch)));
        Assert.That(await _coordinator.RenewAsync(leadership, cancellation), Is.True);
    }

    [Test]
    public async Task A_candidate_is_not_taken_for_the_leader_of_the_same_name(CancellationToken cancellation)
    {
        await _coordinator.TryLeadAsync("a", cancellation);

        Assert.That(await _coordinator.TryLeadAsync("a", cancellation), Is.Null);
    }

    [Test]
    public async Task A_change_of_the_set_is_reported_as_made(CancellationToken cancellation)
    {
        var leadership = (await _coordinator.TryLeadAsync("a", cancellation))!;
        _proxy.LoseNext("request_put");

        Assert.That(await _coordinator.ChangeInSyncSetAsync(leadership, ["a", "b"], cancellation), Is.True);
        Assert.That(_proxy.Lost, Is.EqualTo(1));
        Assert.That((await _coordinator.ReadAsync(cancellation)).InSync!.Names, Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task All_other_calls_are_repeated(CancellationToken cancellation)
    {
        _proxy.LoseNext("/v3/kv/put");
        await _coordinator.RegisterAsync(new ClusterMember("a", "", "", null, ""), cancellation);
        _proxy.LoseNext("request_put");
        Assert.That(await _coordinator.PostPositionAsync("a", new ReplicaPosition(1, 2), cancellation), Is.True);
        _proxy.LoseNext("/v3/kv/range");
        var state = await _coordinator.ReadAsync(cancellation);
        var first = (await _coordinator.TryLeadAsync("a", cancellation))!;
        _proxy.LoseNext("/v3/lease/keepalive");
        Assert.That(await _coordinator.RenewAsync(first, cancellation), Is.True);
        _proxy.LoseNext("request_delete_range");
        await _coordinator.DeposeAsync(first.Epoch, cancellation);
        var second = (await _coordinator.TryLeadAsync("a", cancellation))!;
        _proxy.LoseNext("/v3/lease/revoke");
        await _coordinator.ResignAsync(second, cancellation);

        Assert.That(_proxy.Lost, Is.EqualTo(6));
        Assert.That((state.Members.Count, state.Positions.Count), Is.EqualTo((1, 1)));
        Assert.That((await _coordinator.ReadAsync(cancellation)).Leader, Is.Null);
    }

    [TestCase("a", "a,b")] // the change back has no effect on the names
    [TestCase("a,c", "a,b")]
    public async Task A_change_that_is_carried_out_late_does_not_replace_a_later_one(
        string later, string late, CancellationToken cancellation)
    {
        await using var direct = new EtcdCoordinator(_options with { Endpoints = [_etcd!.Members[0].Url] });
        var leadership = (await direct.TryLeadAsync("a", cancellation))!;
        await using var hasty = new EtcdCoordinator(_options with { AttemptLimit = TimeSpan.FromMilliseconds(500) });
        await hasty.ReadAsync(cancellation); // connects
        _proxy.HoldNext("request_put");
        var change = hasty.ChangeInSyncSetAsync(leadership, late.Split(','), new CancellationTokenSource(100).Token);
        await _proxy.Held;
        Assert.That(async () => await change, Throws.InstanceOf<OperationCanceledException>());

        Assert.That(await direct.ChangeInSyncSetAsync(leadership, later.Split(','), cancellation), Is.True);
        await _proxy.ReleaseAsync();

        Assert.That((await direct.ReadAsync(cancellation)).InSync!.Names, Is.EqualTo(later.Split(',')));
    }

    [Test]
    public async Task A_candidacy_that_is_carried_out_late_makes_no_leader(CancellationToken cancellation)
    {
        await using var direct = new EtcdCoordinator(_options with { Endpoints = [_etcd!.Members[0].Url] });
        using var giveUp = new CancellationTokenSource();
        _proxy.HoldNext("request_put");
        var candidacy = _coordinator.TryLeadAsync("a", giveUp.Token);
        await _proxy.Held;
        await giveUp.CancelAsync();
        Assert.That(async () => await candidacy, Throws.InstanceOf<OperationCanceledException>());
        await Eventually.Holds(
            async () => !(await _etcd.CallAsync("lease/leases", new { })).TryGetProperty("leases", out _), () => "the lease does not end");

        await _proxy.ReleaseAsync();

        var state = await direct.ReadAsync(cancellation);
        Assert.That((state.Leader, state.InSync), Is.EqualTo(((PartitionLeader?)null, (InSyncSet?)null)));
        Assert.That(await direct.TryLeadAsync("b", cancellation), Is.Not.Null);
    }
}
