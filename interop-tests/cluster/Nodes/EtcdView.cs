using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Cluster.Nodes;

/// <summary>What etcd has about the cluster.</summary>
/// <param name="Leader">Name of the leader; null if there is none.</param>
/// <param name="InSync">Names of the brokers in the in-sync set.</param>
/// <param name="Members">Names of all members of the cluster.</param>
internal sealed record ClusterState(string? Leader, IReadOnlyList<string> InSync, IReadOnlyList<string> Members);

/// <summary>Reads what etcd has about the cluster, from any member of etcd that answers.</summary>
internal sealed class EtcdView(IReadOnlyList<string> endpoints) : IDisposable
{
    private const string Prefix = "/amqpbroker/tests/", Partition = Prefix + "partitions/0/", Member = Prefix + "members/";

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(1) };

    /// <summary>Returns the name of the leader; null if there is none, or if etcd does not answer.</summary>
    public async Task<string?> LeaderAsync() => (await ReadAsync())?.Leader;

    /// <summary>Returns the state; null if etcd does not answer.</summary>
    public async Task<ClusterState?> ReadAsync()
    {
        foreach (string endpoint in endpoints)
        {
            try
            {
                return await ReadAsync(endpoint);
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException or JsonException)
            {
                // The next one may answer.
            }
        }
        return null;
    }

    /// <summary>Removes a member of the cluster.</summary>
    public async Task ForgetAsync(string member)
    {
        using HttpResponseMessage response = await _http.PostAsJsonAsync(
            $"{endpoints[0]}/v3/kv/deleterange", new { key = Base64(Member + member) });
        response.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();

    private async Task<ClusterState> ReadAsync(string endpoint)
    {
        var request = new { key = Base64(Prefix), range_end = Base64(Prefix[..^1] + '0') };
        using HttpResponseMessage response = await _http.PostAsJsonAsync($"{endpoint}/v3/kv/range", request);
        response.EnsureSuccessStatusCode();
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        string? leader = null;
        IReadOnlyList<string> inSync = [];
        var members = new List<string>();
        if (answer.RootElement.TryGetProperty("kvs", out JsonElement keys))
        {
            foreach (JsonElement key in keys.EnumerateArray())
            {
                string name = Text(key, "key"), value = Text(key, "value");
                if (name == Partition + "leader")
                    leader = value;
                else if (name == Partition + "insync")
                    inSync = JsonSerializer.Deserialize<string[]>(value) ?? [];
                else if (name.StartsWith(Member, StringComparison.Ordinal))
                    members.Add(name[Member.Length..]);
            }
        }
        return new ClusterState(leader, inSync, members);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Text(JsonElement key, string name) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(key.GetProperty(name).GetString() ?? ""));
}
