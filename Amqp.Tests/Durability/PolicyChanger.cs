using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Amqp.Tests.Support;

namespace Amqp.Tests.Durability;

/// <summary>
/// Changes policies over HTTP until the broker is killed, and records which policies must exist after the crash. All rounds of the test
/// use the same object, so that no two changes have the same number.
/// </summary>
internal sealed class PolicyChanger
{
    private const string Lasting = "policies/%2F/crash.lasting"; // applies to the queue DyingTopology.Policed
    private const string Fleeting = "policies/%2F/crash.fleeting";
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(10);

    private int _sent; // number of the last change of the policy Lasting; the policy also has this number as its priority
    private int _answered;
    // true if the policy Fleeting exists, false if it does not; null between a change and its response
    private bool? _isFleetingThere = false;

    public override string ToString() => "changer of policies";

    /// <summary>Creates the policy <see cref="Lasting"/>.</summary>
    public async Task PrepareAsync(BrokerProcess broker)
    {
        using var http = Client(broker);
        await ChangeAsync(http);
    }

    /// <returns>A task that ends when the broker is killed.</returns>
    public async Task RunAsync(BrokerProcess broker)
    {
        using var http = Client(broker);
        try
        {
            while (true)
            {
                await ChangeAsync(http);
                await ToggleAsync(http);
                await Task.Delay(_pause);
            }
        }
        catch (HttpRequestException error) when (error.StatusCode is null)
        {
            // The broker was killed, so the work ends.
        }
    }

    /// <summary>Compares the policies after a crash with the changes that the broker had confirmed. Returns the errors found.</summary>
    public async Task<IReadOnlyList<string>> InspectAsync(BrokerProcess broker)
    {
        using var http = Client(broker);
        var faults = new List<string>();
        var policy = await http.GetFromJsonAsync<JsonNode>(Lasting);
        int number = policy!["priority"]!.GetValue<int>();
        if (number != _answered && number != _sent)
            faults.Add($"policy {_answered} was answered, {_sent} sent, and {number} is there");
        if (!JsonNode.DeepEquals(policy["definition"], Definition(number)))
            faults.Add($"policy {number} is there, and says {policy["definition"]!.ToJsonString()}");
        var queue = await http.GetFromJsonAsync<JsonNode>($"queues/%2F/{DyingTopology.Policed}");
        if (!JsonNode.DeepEquals(queue!["effective_policy_definition"], Definition(number)))
            faults.Add($"policy {number} is there, and the queue has {queue["effective_policy_definition"]?.ToJsonString()}");
        _answered = _sent = number;

        using var fleeting = await http.GetAsync(Fleeting);
        bool isThere = fleeting.StatusCode != HttpStatusCode.NotFound;
        if (_isFleetingThere is { } expected && expected != isThere)
            faults.Add(expected ? "a policy is gone" : "a policy is back that was deleted");
        _isFleetingThere = isThere;
        return faults;
    }

    private async Task ChangeAsync(HttpClient http)
    {
        int number = ++_sent;
        var policy =
            new JsonObject { ["pattern"] = $"^{DyingTopology.Policed}$", ["priority"] = number, ["definition"] = Definition(number) };
        (await http.PutAsJsonAsync(Lasting, policy)).EnsureSuccessStatusCode();
        _answered = number;
    }

    private async Task ToggleAsync(HttpClient http)
    {
        bool isThere = _isFleetingThere is true;
        _isFleetingThere = null;
        var answer = isThere
            ? await http.DeleteAsync(Fleeting)
            : await http.PutAsJsonAsync(
                Fleeting, new JsonObject { ["pattern"] = "^nothing$", ["definition"] = new JsonObject { ["max-length"] = 1 } });
        answer.EnsureSuccessStatusCode();
        _isFleetingThere = !isThere;
    }

    /// <summary>
    /// Returns the definition of a policy. Each definition has a dead-letter exchange, so that the queue loses no messages.
    /// </summary>
    private static JsonObject Definition(int number)
    {
        var definition = new JsonObject
        {
            ["dead-letter-exchange"] = DyingTopology.Exchange,
            ["dead-letter-routing-key"] = number % 2 == 0 ? DyingTopology.Short : DyingTopology.Letters,
        };
        if (number % 3 != 0)
            definition["message-ttl"] = number % 3 * 100;
        if (number % 5 != 0)
            definition["max-length"] = number % 5 * 10;
        return definition;
    }

    private static HttpClient Client(BrokerProcess broker)
    {
        var http = new HttpClient
        {
            BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{broker.ManagementPort}/api/"))
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        return http;
    }
}
