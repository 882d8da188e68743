using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Amqp.Server.Cluster.Coordination;
using Amqp.Tests.Support;
using Amqp.Tests.Tls;

namespace Amqp.Tests.Cluster;

/// <summary>A cluster of etcd on free ports, with its data in a temporary folder.</summary>
internal sealed class EtcdCluster : IAsyncDisposable
{
    private static int _prefixes;

    private readonly string _folder = Directory.CreateTempSubdirectory("amqpbroker-tests-etcd-").FullName;
    private readonly EtcdProcess[] _members;
    private readonly HttpClient _http;
    private readonly TestAuthority? _authority;

    private EtcdCluster(int count, TestAuthority? authority)
    {
        _authority = authority;
        _members = [.. Enumerable.Range(0, count).Select(number => new EtcdProcess($"etcd{number}", _folder, authority))];
        string cluster = string.Join(',', _members.Select(member => $"{member.Name}={member.PeerUrl}"));
        foreach (var member in _members)
            member.Cluster = cluster;
        var options = Options() with { CertificateFile = authority?.ServerCertificateFile, KeyFile = authority?.ServerKeyFile };
        _http = new HttpClient(new SocketsHttpHandler { SslOptions = EtcdTls.Read(options) }) { Timeout = TimeSpan.FromSeconds(10) };
    }

    public IReadOnlyList<EtcdProcess> Members => _members;

    /// <summary>
    /// Starts members, and returns once they accept writes. Skips the test if etcd is not installed, and fails it if the run should have
    /// installed it.
    /// </summary>
    /// <param name="count">Number of members.</param>
    /// <param name="authority">Authority of the certificates that etcd shows and demands; null for no TLS.</param>
    public static async Task<EtcdCluster> StartAsync(int count = 1, TestAuthority? authority = null)
    {
        EtcdProcess.Require();
        var cluster = new EtcdCluster(count, authority);
        try
        {
            foreach (var member in cluster._members)
                member.Start();
            await cluster.WaitAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every member that runs answers a read that needs the whole cluster.</summary>
    public async Task WaitAsync()
    {
        foreach (var member in _members.Where(member => member.IsRunning))
        {
            string error = "";
            await Eventually.Holds(
                async () =>
                {
                    try
                    {
                        // Wrong logins are answered too, once authentication is enabled.
                        var answer = await _http.PostAsJsonAsync(new Uri(member.Url, "/v3/kv/range"), new { key = "AA==" });
                        error = await answer.Content.ReadAsStringAsync();
                        return (int)answer.StatusCode < 500;
                    }
                    catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
                    {
                        error = failure.Message;
                        return false;
                    }
                },
                () => $"{member.Name} does not start: {error}\n{member.Output}");
        }
    }

    /// <summary>Sends a request of the test itself.</summary>
    public async Task<JsonElement> CallAsync(string path, object body, int member = 0)
    {
        using var answer = await _http.PostAsJsonAsync(new Uri(_members[member].Url, $"/v3/{path}"), body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Returns the member that is the leader of etcd.</summary>
    public async Task<EtcdProcess> LeaderAsync()
    {
        for (int member = 0; ; member = (member + 1) % _members.Length)
        {
            var status = await CallAsync("maintenance/status", new { }, member);
            if (status.GetProperty("leader").GetString() == status.GetProperty("header").GetProperty("member_id").GetString())
                return _members[member];
        }
    }

    /// <summary>Returns options with a prefix that no other test uses.</summary>
    public EtcdOptions Options() => new()
    {
        Endpoints = [.. _members.Select(member => member.Url)],
        Prefix = string.Create(CultureInfo.InvariantCulture, $"/amqpbroker/test{Interlocked.Increment(ref _prefixes)}/"),
        CaCertificateFile = _authority?.CertificateFile,
        AttemptLimit = TimeSpan.FromSeconds(2), // the machine may be busy
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
            await member.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
