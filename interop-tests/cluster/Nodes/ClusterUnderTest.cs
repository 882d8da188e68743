using System.Diagnostics;

namespace Cluster.Nodes;

/// <summary>Three members of etcd and three brokers, each in a network namespace of its own.</summary>
internal sealed class ClusterUnderTest : IAsyncDisposable
{
    public const int Port = 5672, ManagementPort = 15672;

    private const int ReplicationPort = 25672, EtcdPort = 2379, EtcdPeerPort = 2380;

    private static readonly string[] _brokers = ["n1", "n2", "n3"], _members = ["e1", "e2", "e3"];

    private readonly ClusterPlace _place;

    private ClusterUnderTest(ClusterPlace place, IReadOnlyDictionary<string, NodeDisk> disks)
    {
        (_place, Disks) = (place, disks);
        Brokers = [.. _brokers.Select((name, index) => new NodeProcess(
            name, place.AddressOf(11 + index), place.Prefix + name, LogOf(name),
            [BrokerProgram, "--config", Path.Join(place.Folder, $"{name}.conf")]))];
        Etcd = [.. _members.Select((name, index) => new NodeProcess(
            name, place.AddressOf(21 + index), place.Prefix + name, LogOf(name), EtcdWords(name, index)))];
        View = new EtcdView([.. Etcd.Select(member => $"http://{member.Address}:{EtcdPort}")]);
    }

    /// <summary>The program under test: <c>AMQP_TESTS_BROKER</c>, or the build output.</summary>
    public static string BrokerProgram { get; } = Environment.GetEnvironmentVariable("AMQP_TESTS_BROKER") is { Length: > 0 } file
        ? Path.GetFullPath(file)
        : Path.Join(Shell.Root, "artifacts/bin/Amqp.Server/release/amqpbroker");

    public IReadOnlyList<NodeProcess> Brokers { get; }

    public IReadOnlyList<NodeProcess> Etcd { get; }

    /// <summary>The disks of the brokers, by name; empty if this machine cannot make them.</summary>
    public IReadOnlyDictionary<string, NodeDisk> Disks { get; }

    public EtcdView View { get; }

    /// <summary>Makes the network and starts all nodes. Returns when all brokers are in sync.</summary>
    public static async Task<ClusterUnderTest> StartAsync()
    {
        await Requirements.CheckAsync();
        if (!File.Exists(BrokerProgram))
            Assert.Fail($"{BrokerProgram} does not exist: dotnet build Amqp.Server -c Release");
        ClusterPlace place = await ClusterPlace.TakeAsync();
        Directory.CreateDirectory(place.Folder);
        string? missing = await Requirements.MissingDisksAsync();
        if (missing is not null)
            await TestContext.Progress.WriteLineAsync(missing);
        var cluster = new ClusterUnderTest(
            place, missing is null ? _brokers.ToDictionary(name => name, name => new NodeDisk(Path.Join(place.Folder, name))) : []);
        try
        {
            await cluster.StartNodesAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until all brokers are in sync.</summary>
    /// <returns>Null, or the state after the time limit.</returns>
    public async Task<string?> WaitForSyncAsync(TimeSpan limit)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            ClusterState? state = await View.ReadAsync();
            if (state is { Leader: not null, InSync: var set } && _brokers.All(set.Contains))
                return null;
            if (Stopwatch.GetElapsedTime(began) > limit)
            {
                return state is null
                    ? "etcd is silent"
                    : $"leader {state.Leader ?? "none"}, in sync {string.Join(", ", state.InSync)}, "
                        + $"members {string.Join(", ", state.Members)}";
            }
            await Task.Delay(100);
        }
    }

    /// <summary>Returns the broker that leads; null if none does.</summary>
    public async Task<NodeProcess?> LeaderAsync() =>
        await View.LeaderAsync() is { } name ? Brokers.FirstOrDefault(broker => broker.Name == name) : null;

    /// <summary>Returns the broker that leads, as soon as there is one.</summary>
    public async Task<NodeProcess> WaitForLeaderAsync(NodeProcess? other = null)
    {
        for (int attempt = 0; attempt < 600; attempt++)
        {
            if (await LeaderAsync() is { } leader && leader != other)
                return leader;
            await Task.Delay(50);
        }
        throw new TimeoutException("there is no leader after 30 s");
    }

    /// <summary>Makes another process of a broker, with other settings. It is not started.</summary>
    public NodeProcess Variant(NodeProcess broker, params IReadOnlyList<string> settings)
    {
        string file = Path.Join(_place.Folder, $"{broker.Name}-variant.conf");
        File.WriteAllLines(file, File.ReadAllLines(Path.Join(_place.Folder, $"{broker.Name}.conf"))
            .Where(line => !settings.Any(setting => setting.Split(" = ")[0] == line.Split(" = ")[0])).Concat(settings));
        return new NodeProcess($"{broker.Name}-variant", broker.Address, broker.Space, LogOf($"{broker.Name}-variant"),
            [BrokerProgram, "--config", file]);
    }

    /// <summary>Copies the logs of all nodes to a folder below <c>artifacts/cluster</c>, with a report.</summary>
    /// <returns>The folder.</returns>
    public async Task<string> SaveAsync(string name, string report)
    {
        string folder = Path.Join(Shell.Root, "artifacts/cluster", name);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Join(folder, "report.txt"), report);
        foreach (NodeProcess node in Brokers.Concat(Etcd))
            File.Copy(node.Log, Path.Join(folder, $"{node.Name}.log"), overwrite: true);
        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillAtExit;
        View.Dispose();
        await _place.ClearAsync();
        _place.Dispose();
    }

    private async Task StartNodesAsync()
    {
        AppDomain.CurrentDomain.ProcessExit += KillAtExit;
        await TestNetwork.CreateAsync(_place, _brokers.Select((name, index) => (name, 11 + index))
            .Concat(_members.Select((name, index) => (name, 21 + index))).ToDictionary());
        Certificates.Write(_place.Folder, Brokers.ToDictionary(broker => broker.Name, broker => broker.Address));
        foreach (NodeDisk disk in Disks.Values)
            await disk.MountAsync();
        foreach (NodeProcess broker in Brokers)
            await File.WriteAllLinesAsync(Path.Join(_place.Folder, $"{broker.Name}.conf"), ConfigurationOf(broker));
        foreach (NodeProcess node in Etcd.Concat(Brokers))
            node.Start();
        if (await WaitForSyncAsync(TimeSpan.FromSeconds(60)) is { } state)
            throw new TimeoutException($"the cluster did not start within a minute: {state}\n{string.Join('\n', Brokers.Select(Text))}");
    }

    private static string Text(NodeProcess node) => File.Exists(node.Log) ? $"{node.Name}:\n{File.ReadAllText(node.Log)}" : "";

    private IEnumerable<string> ConfigurationOf(NodeProcess broker) =>
    [
        "cluster.enabled = true",
        $"nodename = {broker.Name}",
        $"product_name = {broker.Name}", // tells clients which node serves them
        "cluster_name = tests",
        "bind = *",
        $"listeners.tcp.default = {Port}",
        $"management.tcp.port = {ManagementPort}",
        "loopback_users = none",
        $"data_dir = {Path.Join(_place.Folder, broker.Name, "data")}",
        .. Etcd.Select((member, index) => $"cluster.etcd.endpoints.{index + 1} = http://{member.Address}:{EtcdPort}"),
        $"cluster.listen = {broker.Address}:{ReplicationPort}",
        $"cluster.advertise = {broker.Address}:{ReplicationPort}",
        $"cluster.tls.cacertfile = {Path.Join(_place.Folder, "ca.pem")}",
        $"cluster.tls.certfile = {Path.Join(_place.Folder, $"{broker.Name}.pem")}",
        $"cluster.tls.keyfile = {Path.Join(_place.Folder, $"{broker.Name}.key")}",
    ];

    private string[] EtcdWords(string name, int index)
    {
        string client = $"http://{_place.AddressOf(21 + index)}:{EtcdPort}", peer = $"http://{_place.AddressOf(21 + index)}:{EtcdPeerPort}";
        string all = string.Join(
            ',', _members.Select((member, number) => $"{member}=http://{_place.AddressOf(21 + number)}:{EtcdPeerPort}"));
        return
        [
            "etcd", "--name", name, "--data-dir", Path.Join(_place.Folder, name),
            "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer, "--initial-cluster", all, "--initial-cluster-token", _place.Prefix,
        ];
    }

    private string LogOf(string name) => Path.Join(_place.Folder, $"{name}.log");

    private void KillAtExit(object? sender, EventArgs e)
    {
        foreach (NodeProcess node in Etcd.Concat(Brokers))
            node.Kill();
    }
}
