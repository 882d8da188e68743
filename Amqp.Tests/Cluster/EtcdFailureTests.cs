using System.Diagnostics;
using Amqp.Server.Cluster.Coordination;
using Amqp.Tests.Support;

namespace Amqp.Tests.Cluster;

/// <summary>Members of an etcd of three are killed or stopped.</summary>
[CancelAfter(90_000)]
public sealed class EtcdFailureTests
{
    private EtcdCluster? _etcd;
    private EtcdOptions _options = null!;
    private EtcdCoordinator _coordinator = null!;

    [SetUp]
    public async Task Start()
    {
        _etcd = await EtcdCluster.StartAsync(3);
        _options = _etcd.Options() with { AttemptLimit = TimeSpan.FromSeconds(1) };
        _coordinator = new EtcdCoordinator(_options);
    }

    [TearDown]
    public async Task Stop()
    {
        if (_etcd is null)
            return;
        await _coordinator.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_watch_survives_its_member(bool isKilled, CancellationToken cancellation)
    {
        await using var watch = new StateWatch(_coordinator);
        await watch.NextAsync();
        await using var writer = new EtcdCoordinator(_options with { Endpoints = [.. _options.Endpoints.Skip(1)] });
        await writer.RegisterAsync(Member("before"), cancellation);
        await watch.UntilAsync(state => state.Members.ContainsKey("before"));
        var next = watch.UntilAsync(state => state.Members.ContainsKey("last"));

        if (isKilled)
            await _etcd!.Members[0].KillAsync();
        else
            _etcd!.Members[0].Freeze();
        await PersistAsync(() => writer.RegisterAsync(Member("after"), cancellation));
        await PersistAsync(() => writer.RegisterAsync(Member("last"), cancellation));

        Assert.That((await next).Members.Keys, Is.EquivalentTo(new[] { "before", "after", "last" }));
        // The watch is now at another member.
        var time = Stopwatch.StartNew();
        await writer.RegisterAsync(Member("end"), cancellation);
        await watch.UntilAsync(state => state.Members.ContainsKey("end"));
        Assert.That(time.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public async Task A_watch_survives_all_members(CancellationToken cancellation)
    {
        await using var watch = new StateWatch(_coordinator);
        await watch.NextAsync();
        var next = watch.NextAsync();
        foreach (var member in _etcd!.Members)
            await member.KillAsync();
        Assert.That(async () => await _coordinator.ReadAsync(cancellation), Throws.InstanceOf<CoordinatorUnavailableException>());
        Assert.That(next.IsCompleted, Is.False);
        foreach (var member in _etcd.Members)
            member.Start();
        await _etcd.WaitAsync();
        await PersistAsync(() => _coordinator.RegisterAsync(Member("a"), cancellation));

        Assert.That((await next).Members.Keys, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task A_leader_keeps_its_epoch_when_the_leader_of_etcd_is_killed(CancellationToken cancellation)
    {
        var leadership = (await _coordinator.TryLeadAsync("a", cancellation))!;
        await (await _etcd!.LeaderAsync()).KillAsync();

        var time = Stopwatch.StartNew();
        Assert.That(await PersistAsync(() => _coordinator.RenewAsync(leadership, cancellation)), Is.True);
        TestContext.Out.WriteLine($"renewed after {time.ElapsedMilliseconds} ms");
        Assert.That(
            await PersistAsync(() => _coordinator.ChangeInSyncSetAsync(leadership, ["a", "b"], cancellation)), Is.True);
    }

    [Test]
    public async Task Calls_go_round_a_stopped_member(CancellationToken cancellation)
    {
        await _coordinator.ReadAsync(cancellation);
        _etcd!.Members[0].Freeze(); // its connections stay open

        var leadership = await PersistAsync(() => _coordinator.TryLeadAsync("a", cancellation));
        var time = Stopwatch.StartNew();
        await PersistAsync(() => _coordinator.RenewAsync(leadership!, cancellation));

        Assert.That(leadership, Is.Not.Null);
        Assert.That(time.Elapsed, Is.LessThan(_options.AttemptLimit), "the stopped member is still asked first");
    }

    [Test]
    public async Task Without_a_majority_calls_fail_within_their_limit(CancellationToken cancellation)
    {
        await _etcd!.Members[1].KillAsync();
        await _etcd.Members[2].KillAsync();
        var time = Stopwatch.StartNew();

        Assert.That(
            async () => await _coordinator.TryLeadAsync("a", cancellation),
            Throws.InstanceOf<CoordinatorUnavailableException>().With.Message.Contains("etcd is not available"));
        Assert.That(time.Elapsed, Is.LessThan(_options.AttemptLimit * 3 + TimeSpan.FromSeconds(2)));

        _etcd.Members[1].Start();
        await _etcd.WaitAsync();
        Assert.That(await PersistAsync(() => _coordinator.TryLeadAsync("a", cancellation)), Is.Not.Null);
    }

    private static ClusterMember Member(string name) => new(name, "", "", null, "");

    /// <summary>Repeats a call while etcd elects its leader.</summary>
    private static async Task<T> PersistAsync<T>(Func<Task<T>> callAsync)
    {
        T result = default!;
        await Eventually.Holds(
            async () =>
            {
                try
                {
                    result = await callAsync();
                    return true;
                }
                catch (CoordinatorUnavailableException)
                {
                    return false;
                }
            },
            () => "etcd stays unavailable");
        return result;
    }

    private static Task<bool> PersistAsync(Func<Task> callAsync) => PersistAsync(async () =>
    {
        await callAsync();
        return true;
    });
}
