using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Cluster.Load;
using Cluster.Nodes;

namespace Cluster;

/// <summary>What clients see of a cluster, and of the loss of its leader.</summary>
[NonParallelizable]
public class FailoverTests
{
    /// <summary>Time after which a leader that stops in order is replaced, on a busy machine.</summary>
    private static readonly TimeSpan _handoverLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    private ClusterUnderTest _cluster = null!;

    private string[] Addresses => [.. _cluster.Brokers.Select(broker => broker.Address)];

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await ClusterUnderTest.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [SetUp]
    public async Task WaitAsync() => Assert.That(await _cluster.WaitForSyncAsync(_limit), Is.Null);

    [TearDown]
    public async Task SaveAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0)
            await _cluster.SaveAsync(TestContext.CurrentContext.Test.Name, TestContext.CurrentContext.Result.Message);
    }

    [Test]
    public async Task A_killed_leader_is_replaced_and_nothing_confirmed_is_lost() =>
        await ReplaceLeaderAsync(901, leader => leader.Kill(), "SIGKILL");

    [Test]
    public async Task A_leader_that_is_told_to_stop_hands_over()
    {
        (int exitCode, TimeSpan elected) = await ReplaceLeaderAsync(902, leader => leader.Terminate(), "SIGTERM");
        Assert.That(exitCode, Is.Zero);
        Assert.That(elected, Is.LessThan(_handoverLimit));
    }

    [Test]
    public async Task Each_node_answers_the_http_api()
    {
        using var api = new ManagementClient();
        Assert.That(await api.PutAsync(Addresses[0], "queues/%2F/everywhere", new { durable = true }), Is.EqualTo(HttpStatusCode.Created));
        foreach (string address in Addresses)
        {
            Assert.That((await api.GetAsync(address, "overview")).GetProperty("cluster_name").GetString(), Is.EqualTo("tests"));
            Assert.That((await api.GetAsync(address, "queues/%2F/everywhere")).GetProperty("name").GetString(), Is.EqualTo("everywhere"));
        }
    }

    [Test]
    public async Task A_client_has_its_own_address_at_the_leader_whichever_node_it_uses()
    {
        using var api = new ManagementClient();
        foreach (string address in Addresses)
        {
            string name = $"client of {address}";
            await using ClientConnection connection = await new ClusterClient(name, [address], new Random(1)).ConnectAsync(default);
            foreach (string asked in Addresses)
            {
                JsonElement own = await FindConnectionAsync(api, asked, name);
                Assert.That(own.GetProperty("peer_port").GetInt32(), Is.EqualTo(connection.Connection.LocalPort), name);
                Assert.That(own.GetProperty("peer_host").GetString(), Does.EndWith(".1").And.Not.EqualTo("127.0.0.1"), name);
                Assert.That(own.GetProperty("host").GetString(), Does.EndWith(address), name);
            }
        }
    }

    [Test]
    public async Task A_data_directory_is_refused_to_a_node_of_another_name()
    {
        NodeProcess leader = await _cluster.WaitForLeaderAsync();
        NodeProcess follower = _cluster.Brokers.First(broker => broker != leader);
        follower.Terminate();
        await follower.WaitForExitAsync(_limit);
        try
        {
            NodeProcess other = _cluster.Variant(follower, "nodename = other");
            other.Start();
            await other.WaitForExitAsync(_limit);
            Assert.That(other.ExitCode, Is.Not.Zero);
            Assert.That(await File.ReadAllTextAsync(other.Log), Does.Contain($"belongs to the node {follower.Name}"));
            ClusterState? state = await _cluster.View.ReadAsync();
            Assert.That(state?.Members, Has.Count.EqualTo(3), "a node that was refused counts for the majority");
        }
        finally
        {
            await _cluster.View.ForgetAsync("other");
            follower.Start();
        }
    }

    private static async Task<JsonElement> FindConnectionAsync(ManagementClient api, string address, string name)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            IReadOnlyList<JsonElement> all = await api.ListAsync(address, "connections");
            JsonElement found = all.FirstOrDefault(one => one.GetProperty("user_provided_name").GetString() == name);
            if (found.ValueKind == JsonValueKind.Object)
                return found;
            Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(_limit), $"{address} does not list the connection '{name}'");
            await Task.Delay(100);
        }
    }

    /// <summary>Ends the leader under load, and compares what clients were told with what is there.</summary>
    /// <returns>The exit code of the leader, and the time until another one led.</returns>
    private async Task<(int ExitCode, TimeSpan Elected)> ReplaceLeaderAsync(int round, Action<NodeProcess> end, string how)
    {
        await using var load = new RoundLoad(round, Addresses, new Random(round));
        await load.StartAsync();
        Assert.That(await load.WaitForConfirmsAsync(100, _limit), Is.Null, "publishers without confirms before the leader ends");
        NodeProcess leader = await _cluster.WaitForLeaderAsync();
        long began = Stopwatch.GetTimestamp();
        end(leader);
        NodeProcess next = await _cluster.WaitForLeaderAsync(other: leader);
        TimeSpan elected = Stopwatch.GetElapsedTime(began);
        while (!load.Ledger.HasConfirmed(notBy: leader.Name, since: began)) // the first successor may not be the last
        {
            Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(_limit), $"no confirms; the next leader was {next.Name}");
            await Task.Delay(10);
        }
        double confirmed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await TestContext.Out.WriteLineAsync(
            $"{how}: next leader after {elected.TotalSeconds:0.00} s, first confirm after {confirmed:0.00} s");
        Assert.That(await load.WaitForConfirmsAsync(20, _limit), Is.Null, "publishers without confirms");
        await leader.WaitForExitAsync(_limit);
        int exitCode = leader.ExitCode;
        leader.Start();
        Assert.That(await _cluster.WaitForSyncAsync(_limit), Is.Null);
        (IReadOnlyList<string> violations, string figures) = await load.CheckAsync();
        await TestContext.Out.WriteLineAsync(figures);
        Assert.That(violations, Is.Empty);
        return (exitCode, elected);
    }
}
