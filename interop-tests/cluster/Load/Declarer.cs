using System.Net;
using System.Text.Json;

namespace Cluster.Load;

/// <summary>Declares and deletes queues and policies on any node, and remembers what was answered.</summary>
/// <param name="round">Number of the round.</param>
/// <param name="addresses">Addresses of the nodes.</param>
/// <param name="random">Chooses the node and the kind.</param>
internal sealed class Declarer(int round, IReadOnlyList<string> addresses, Random random) : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private readonly ManagementClient _api = new();
    private readonly Dictionary<(string Kind, string Name), bool?> _expected = []; // null: not known
    private int _last;

    /// <summary>Number of definitions whose change was answered.</summary>
    public int CountAnswered => _expected.Values.Count(known => known is not null);

    /// <summary>Declares and deletes until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            string kind = random.Next(2) == 0 ? "queues" : "policies", name = $"declared-{round}-{++_last}";
            await ChangeAsync(kind, name, isThere: true);
            if (random.Next(3) == 0 && _expected[(kind, name)] == true)
                await ChangeAsync(kind, name, isThere: false);
            await Task.Delay(_pause, CancellationToken.None);
        }
    }

    /// <summary>Returns what is not as it was answered, and deletes the definitions.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync()
    {
        var wrong = new List<string>();
        foreach (string kind in new[] { "queues", "policies" })
        {
            IReadOnlyList<JsonElement> list = await _api.ListAsync(addresses[random.Next(addresses.Count)], $"{kind}/%2F");
            HashSet<string?> names = [.. list.Select(one => one.GetProperty("name").GetString())];
            foreach (((string Kind, string Name) key, bool? known) in _expected.Where(one => one.Key.Kind == kind))
            {
                if (known is { } isThere && names.Contains(key.Name) != isThere)
                    wrong.Add($"{kind}: {key.Name} should {(isThere ? "" : "not ")}exist, as its change was answered");
                if (names.Contains(key.Name))
                    await _api.DeleteAsync(addresses[0], PathOf(kind, key.Name));
            }
        }
        return wrong;
    }

    public void Dispose() => _api.Dispose();

    private static string PathOf(string kind, string name) => $"{kind}/%2F/{name}";

    private async Task ChangeAsync(string kind, string name, bool isThere)
    {
        string address = addresses[random.Next(addresses.Count)];
        object body = kind == "queues" ? new { durable = true } : new { pattern = $"^{name}$", definition = new { expires = 3_600_000 } };
        _expected[(kind, name)] = null;
        try
        {
            HttpStatusCode status = isThere
                ? await _api.PutAsync(address, PathOf(kind, name), body)
                : await _api.DeleteAsync(address, PathOf(kind, name));
            if (status is HttpStatusCode.Created or HttpStatusCode.NoContent)
                _expected[(kind, name)] = isThere;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
        {
            // Whether it was done is not known.
        }
    }
}
