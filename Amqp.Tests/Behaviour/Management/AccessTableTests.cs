using System.Text.RegularExpressions;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>Users with different tags and permissions get the HTTP statuses that <see cref="AccessTable"/> lists.</summary>
[NonParallelizable] // other tests read the statistics that this test resets
public class AccessTableTests : ApiTests
{
    private static readonly string[] _tags = ["", "management", "policymaker", "monitoring", "administrator"];

    [Test]
    public async Task Every_resource_lets_in_whom_rabbitmq_lets_in() => await CompareAsync(AccessTable.AsRabbitMq);

    [Test]
    public async Task Every_resource_that_differs_from_rabbitmq_lets_in_whom_it_should()
    {
        if (await BrokerTarget.IsRabbitMqAsync)
            Assert.Ignore("RabbitMQ does not have these resources, or has other rules.");
        await CompareAsync(AccessTable.Otherwise);
    }

    [Test]
    public async Task The_tables_have_every_resource_and_method()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        string[] rows = [.. Rows(AccessTable.AsRabbitMq).Concat(Rows(AccessTable.Otherwise)).Select(row => $"{row.Method} {row.Path}")];
        var byUser = _ofConnections.Select(row => row.Split(" | ")[0]);

        var missing = broker.Resources.Where(resource => !rows.Concat(byUser).Any(row => Matches(resource, row)));

        // The tables have no rows for login and logout, because these requests need no permission.
        Assert.That(
            missing,
            Is.EquivalentTo(
                new[] { "POST /api/login", "DELETE /api/login", "POST /api/session", "GET /api/session", "DELETE /api/session" }));
    }

    [TestCaseSource(nameof(_tags))]
    public async Task Connections_are_seen_and_closed_by_whom_they_belong_to_and_by_whom_the_tag_allows(string tag)
    {
        int column = Array.IndexOf(_tags, tag);
        string host = await NewVirtualHostAsync(), mine = await NewUserAsync(tag, host), others = await NewUserAsync("", host);
        string own = await ConnectAsync(host, mine), other = await ConnectAsync(host, others);
        bool isRabbitMq = await BrokerTarget.IsRabbitMqAsync;
        var wrong = new List<string>();

        foreach (string row in _ofConnections)
        {
            string[] parts = row.Split(" | ");
            string[] words = parts[0].Split(' ');
            if (isRabbitMq && words[1].Contains("/username/", StringComparison.Ordinal))
                continue; // skipped, because RabbitMQ 3.10.8 returns 500 for most users
            string path = words[1].Replace("{own}", own).Replace("{other}", other).Replace("{me}", mine).Replace("{them}", others);
            var answer = await SendAsync(new HttpMethod(words[0]), path, login: $"{mine}:secret");
            if ($"{answer.Code}" != parts[1].Split(' ')[column])
                wrong.Add($"{row}: {answer.Code} {answer.Body}");
        }

        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public async Task Who_may_not_close_a_connection_leaves_it_open()
    {
        string host = await NewVirtualHostAsync(), monitor = await NewUserAsync("monitoring", host), others = await NewUserAsync("", host);
        var client = await AskToOpenAsync(host, $"{others}:secret");
        await client.ExpectAsync<ConnectionOpenOk>(0);
        var name = Uri.EscapeDataString(await NameOfConnectionAsync(others));

        var one = await DeleteAsync($"/connections/{name}", $"{monitor}:secret");
        await DeleteAsync($"/connections/username/{others}", $"{monitor}:secret");

        Assert.That((one.Code, one.Reason), Is.EqualTo((401, "User not authorised to access object")));
        await client.OpenChannelAsync();
    }

    [TestCase("/queues")]
    [TestCase("/queues/detailed")]
    [TestCase("/exchanges")]
    [TestCase("/bindings")]
    [TestCase("/policies")]
    [TestCase("/operator-policies")]
    [TestCase("/vhost-limits")]
    public async Task Lists_of_all_virtual_hosts_hold_those_without_a_permission_for_administrators(string path)
    {
        string host = await NewVirtualHostAsync(),
            administrator = await NewUserAsync("administrator"),
            manager = await NewUserAsync("management");
        await DeleteAsync($"/global-parameters/{await FillAsync(host)}");
        if (path == "/queues/detailed" && await BrokerTarget.IsRabbitMqAsync)
            Assert.Ignore("RabbitMQ 3.10.8 does not have this resource.");

        Assert.That((await GetAsync(path, $"{administrator}:secret")).Column("vhost"), Does.Contain(host));
        Assert.That((await GetAsync(path, $"{manager}:secret")).Column("vhost"), Is.Empty);
    }

    /// <summary>
    /// Requests about connections, with the expected status for each of <see cref="_tags"/>. Requests that close a connection come last.
    /// </summary>
    private static readonly string[] _ofConnections =
    [
        "GET /connections/{own} | 401 200 200 200 200",
        "GET /connections/{other} | 401 401 401 200 200",
        "GET /connections/username/{me} | 401 200 200 200 200",
        "GET /connections/username/{them} | 401 200 200 200 200",
        "GET /connections/{own}/channels | 401 200 200 200 200",
        "GET /connections/{other}/channels | 401 401 401 200 200",
        "GET /channels/{own}%20(1) | 401 200 200 200 200",
        "GET /channels/{other}%20(1) | 401 401 401 200 200",
        "DELETE /connections/{other} | 401 401 401 401 204",
        "DELETE /connections/username/{them} | 401 401 401 401 204",
        "DELETE /connections/{own} | 401 204 204 204 204",
        "DELETE /connections/username/{me} | 401 204 204 204 204",
    ];

    private static IEnumerable<(string Method, string Path, string? Body, string[] Statuses)> Rows(string table)
    {
        foreach (string line in table.Split('\n'))
        {
            string[] cells = line.Split(" | ");
            string[] request = cells[0].TrimEnd().Split(' ', 3);
            yield return (request[0], request[1], request.Length > 2 ? request[2] : null, [.. cells[1].Split(' '), .. cells[2].Split(' ')]);
        }
    }

    private static bool Matches(string resource, string row)
    {
        string[] pattern = resource.Split(' '), asked = row.Split(' ');
        return pattern[0] == asked[0]
            && Regex.IsMatch($"/api{asked[1]}", $"^{Regex.Replace(Regex.Escape(pattern[1]), @"\\{[a-z]+}", "[^/]+")}$");
    }

    private async Task CompareAsync(string table)
    {
        string host = await NewVirtualHostAsync(), subject = await FillAsync(host);
        string node = (await GetAsync("/nodes")).Column("name").First()!;
        var users = new List<string>();
        foreach (string? permitted in new[] { host, null })
            foreach (string tag in _tags)
                users.Add(await NewUserAsync(tag, permitted));
        var wrong = new List<string>();
        foreach (var (method, path, body, statuses) in Rows(table))
        {
            string target = path.Replace("{v}", host).Replace("{u}", subject).Replace("{node}", node);
            var found = new List<string>();
            for (int i = 0; i < users.Count; i++)
                found.Add(statuses[i] == "-" ? "-" : await AskAsync(method, target, body, users[i]));
            if (!found.SequenceEqual(statuses))
                wrong.Add($"{method} {path} {body}: {string.Join(' ', found)}, expected {string.Join(' ', statuses)}");
        }
        await DeleteAsync($"/global-parameters/{subject}");

        Assert.That(wrong, Is.Empty);
    }

    private static async Task<string> AskAsync(string method, string path, string? body, string user)
    {
        var answer = await SendAsync(new HttpMethod(method), path, method is "PUT" or "POST" ? body ?? "{}" : null, $"{user}:secret");
        return $"{answer.Code}";
    }

    /// <summary>Creates one object of each kind that the rows name, and a user with all permissions.</summary>
    private async Task<string> FillAsync(string host)
    {
        string user = await NewUserAsync("", host);
        await PutAsync($"/topic-permissions/{host}/{user}", new { exchange = "amq.topic", write = ".*", read = ".*" });
        await PutAsync($"/user-limits/{user}/max-channels", new { value = 1000 });
        await PutAsync($"/global-parameters/{user}", new { value = 1 });
        await PutAsync($"/vhost-limits/{host}/max-connections", new { value = 1000 });
        await PutAsync($"/queues/{host}/q", new { });
        await PutAsync($"/exchanges/{host}/x", new { type = "direct" });
        await PutAsync($"/exchanges/{host}/y", new { type = "direct" });
        await PostAsync($"/bindings/{host}/e/x/q/q", new { routing_key = "k" });
        await PostAsync($"/bindings/{host}/e/x/e/y", new { routing_key = "k" });
        await PutAsync($"/policies/{host}/p", new { pattern = "^z", definition = new { expires = 60_000 } });
        await PutAsync($"/operator-policies/{host}/p", new { pattern = "^z", definition = new { expires = 60_000 } });
        return user;
    }

    /// <summary>Opens a connection with a channel, and waits until the HTTP API shows the channel.</summary>
    /// <returns>Name of the connection, encoded for a URL path.</returns>
    private async Task<string> ConnectAsync(string host, string user)
    {
        var client = await AskToOpenAsync(host, $"{user}:secret");
        await client.ExpectAsync<ConnectionOpenOk>(0);
        await client.OpenChannelAsync();
        string name = Uri.EscapeDataString(await NameOfConnectionAsync(user));
        await Eventually.Holds(async () => (await GetAsync($"/channels/{name}%20(1)")).Code == 200, () => "The channel is not shown");
        return name;
    }

    private static async Task<string> NameOfConnectionAsync(string user)
    {
        string? name = null;
        await Eventually.Holds(
            async () => (name = (await GetAsync("/connections")).Json.EnumerateArray()
                .Where(connection => connection.TryGetProperty("user", out var of) && of.GetString() == user)
                .Select(connection => connection.GetProperty("name").GetString()).FirstOrDefault()) is not null,
            () => "The connection is not shown");
        return name!;
    }
}
