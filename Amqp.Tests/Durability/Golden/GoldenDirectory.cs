using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Tests.Architecture;
using Amqp.Tests.Support;

namespace Amqp.Tests.Durability.Golden;

/// <summary>A data directory that an earlier version of the broker wrote, with a list of its contents.</summary>
/// <remarks>
/// <c>definitions.json</c> contains the definitions as that version exported them. <c>messages.json</c> contains the time of writing,
/// and the messages of each queue in order, as <see cref="MessageText"/> formats them.
/// </remarks>
internal sealed class GoldenDirectory(string version)
{
    private static readonly HttpClient _http = new();

    private static readonly JsonSerializerOptions _readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Keys of exported definitions that differ between versions.</summary>
    private static readonly string[] _ofVersion = ["rabbit_version", "rabbitmq_version", "product_name", "product_version"];

    /// <summary>The versions that have a directory.</summary>
    public static IEnumerable<string> Versions =>
        Directory.EnumerateDirectories(Root).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal);

    public string Data => Path.Combine(Folder, "data");

    /// <summary>The definitions that were exported, as returned by <see cref="Comparable"/>.</summary>
    public string Definitions => File.ReadAllText(Path.Combine(Folder, "definitions.json"));

    private static string Root => Path.Combine(SourceTree.Root, "Amqp.Tests", "Durability", "Golden");

    /// <summary>The definitions that <see cref="GoldenWriter"/> imports.</summary>
    public static string Topology => File.ReadAllText(Path.Combine(Root, "topology.json"));

    private string Folder => Path.Combine(Root, version);

    /// <summary>
    /// Reads the time of writing, in milliseconds since 1970-01-01 UTC, and the messages of each queue. Keys are "virtual host|queue".
    /// </summary>
    public (long WrittenAt, SortedDictionary<string, string[]> Queues) ReadMessages() =>
        JsonSerializer.Deserialize<Messages>(File.ReadAllText(Path.Combine(Folder, "messages.json")))!.Deconstructed;

    /// <summary>Replaces the files in the directory of this version.</summary>
    public void Write(string data, string definitions, long writtenAt, SortedDictionary<string, string[]> queues)
    {
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
        Copy(data, Data);
        File.Delete(Path.Combine(Data, "lock"));
        File.WriteAllText(Path.Combine(Folder, "definitions.json"), definitions);
        File.WriteAllText(
            Path.Combine(Folder, "messages.json"), JsonSerializer.Serialize(new Messages(writtenAt, queues), _readable) + "\n");
    }

    /// <summary>Copies a folder with its subfolders.</summary>
    public static void Copy(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (string file in Directory.EnumerateFiles(source))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        foreach (string folder in Directory.EnumerateDirectories(source))
            Copy(folder, Path.Combine(target, Path.GetFileName(folder)));
    }

    /// <summary>Imports definitions into a broker.</summary>
    public static async Task ImportAsync(BrokerProcess broker, string definitions)
    {
        using var request = Request(broker, HttpMethod.Post, "definitions");
        request.Content = new StringContent(definitions, Encoding.UTF8, "application/json");
        var answer = await _http.SendAsync(request);
        Assert.That(answer.IsSuccessStatusCode, Is.True, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Reads a resource of the broker's HTTP API.</summary>
    public static async Task<JsonNode> GetAsync(BrokerProcess broker, string path)
    {
        using var request = Request(broker, HttpMethod.Get, path);
        var answer = await _http.SendAsync(request);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>())!;
    }

    /// <summary>Returns exported definitions without the broker's version, with every list sorted.</summary>
    public static string Comparable(JsonNode definitions)
    {
        var sorted = new JsonObject();
        foreach ((string key, JsonNode? value) in definitions.AsObject().Where(entry => !_ofVersion.Contains(entry.Key)))
            sorted[key] = value is JsonArray list
                ? new JsonArray([.. list.Select(item => item!.DeepClone()).OrderBy(item => item.ToJsonString(), StringComparer.Ordinal)])
                : value?.DeepClone();
        return sorted.ToJsonString(_readable) + "\n";
    }

    private static HttpRequestMessage Request(BrokerProcess broker, HttpMethod method, string path) =>
        new(method, new Uri($"http://127.0.0.1:{broker.ManagementPort}/api/{path}"))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8)) },
        };

    private sealed record Messages(long WrittenAt, SortedDictionary<string, string[]> Queues)
    {
        [System.Text.Json.Serialization.JsonIgnore]
        public (long, SortedDictionary<string, string[]>) Deconstructed => (WrittenAt, Queues);
    }
}
