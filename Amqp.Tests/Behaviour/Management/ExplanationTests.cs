using System.Text.Json;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>The HTTP API explains the values of a queue, permissions, and the effects of policies and definitions.</summary>
public sealed class ExplanationTests : ApiTests
{
    private string _host = "";

    [SetUp]
    public async Task MakeVirtualHost()
    {
        await SkipOnRabbitMqAsync("RabbitMQ does not have these resources.");
        _host = await NewVirtualHostAsync();
    }

    [Test]
    public async Task The_arguments_of_a_queue_have_their_sources()
    {
        await PutAsync($"/queues/{_host}/q", new { arguments = new Dictionary<string, object> { ["x-max-length"] = 100_000 } });
        await PutAsync($"/policies/{_host}/limits", Policy("^q$", 0, 50_000));

        var answer = await GetAsync($"/queues/{_host}/q/arguments");

        Assert.That(answer.Code, Is.EqualTo(200));
        Assert.That(
            answer.Body,
            Is.EqualTo(
                """[{"key":"max-length","value":50000,"source":"policy","policy":"limits","overridden":[{"value":100000,"source":"argument","""
                    + "\"policy\":null,\"reason\":\"the smaller number applies, 50000 of the policy 'limits'\"}]}]"));
        Assert.That((await GetAsync($"/queues/{_host}/none/arguments")).Code, Is.EqualTo(404));
    }

    [TestCase("configure", "c1", true)]
    [TestCase("configure", "w1", false)]
    [TestCase("write", "w1", true)]
    [TestCase("write", "c1", false)]
    [TestCase("read", "r1", true)]
    [TestCase("read", "w1", false)]
    public async Task A_check_agrees_with_what_the_broker_allows(string action, string name, bool isAllowed)
    {
        string user = await NewUserAsync("management");
        await PutAsync($"/permissions/{_host}/{user}", new { configure = "^c", write = "^w", read = "^r" });
        await PutAsync($"/queues/{_host}/{name}", new { durable = false });
        await PutAsync($"/exchanges/{_host}/{name}", new { type = "fanout", durable = true });

        var check = await CheckAsync(user, action, name);
        var real = action switch
        {
            "configure" => await DeleteAsync($"/queues/{_host}/{name}", $"{user}:secret"),
            "write" => await SendAsync(
                HttpMethod.Post, $"/exchanges/{_host}/{name}/publish",
                """{"routing_key":"k","properties":{},"payload":"","payload_encoding":"string"}""", $"{user}:secret"),
            _ => await SendAsync(
                HttpMethod.Post, $"/queues/{_host}/{name}/get",
                """{"ackmode":"ack_requeue_false","count":1,"encoding":"auto"}""", $"{user}:secret"),
        };

        Assert.That(check.Json.GetProperty("allowed").GetBoolean(), Is.EqualTo(isAllowed));
        Assert.That(check.Json.GetProperty("expression").GetString(), Is.EqualTo($"^{action[0]}"));
        Assert.That(
            check.Json.GetProperty("reason").GetString(),
            Is.EqualTo($"The {action} expression '^{action[0]}' {(isAllowed ? "matches" : "does not match")} '{name}'."));
        Assert.That(real.Code is 200 or 204, Is.EqualTo(isAllowed), real.Body);
    }

    [TestCase("write", "eu.created", true)]
    [TestCase("write", "us.created", false)]
    [TestCase("read", "us.created", true)]
    public async Task A_check_of_a_topic_exchange_includes_the_routing_key(string action, string key, bool isAllowed)
    {
        string user = await NewUserAsync("", _host);
        await PutAsync($"/topic-permissions/{_host}/{user}", new { exchange = "amq.topic", write = "^eu", read = ".*" });

        var check = await CheckAsync(user, action, "amq.topic", key);

        Assert.That(check.Json.GetProperty("allowed").GetBoolean(), Is.EqualTo(isAllowed), check.Body);
        Assert.That(check.Json.GetProperty("expression").GetString(), Is.EqualTo(action == "write" ? "^eu" : ".*"));
        Assert.That((await CheckAsync(user, action, "amq.direct", key)).Json.GetProperty("allowed").GetBoolean());
    }

    [Test]
    public async Task A_check_says_that_a_permission_is_missing_or_empty()
    {
        string user = await NewUserAsync("");
        var none = await CheckAsync(user, "read", "q");
        await PutAsync($"/permissions/{_host}/{user}", new { configure = "", write = "", read = "" });
        var empty = await CheckAsync(user, "read", "q");

        Assert.That(none.Json.GetProperty("expression").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(none.Json.GetProperty("allowed").GetBoolean(), Is.False);
        Assert.That(none.Json.GetProperty("reason").GetString(), Is.EqualTo($"User '{user}' has no permission in virtual host '{_host}'."));
        Assert.That(empty.Json.GetProperty("reason").GetString(), Is.EqualTo("The read expression is empty, and matches nothing."));
    }

    [Test]
    public async Task Users_check_their_own_permissions_and_administrators_all()
    {
        string one = await NewUserAsync("management", _host), other = await NewUserAsync("monitoring", _host);

        var own = await CheckAsync(one, "read", "q", login: $"{one}:secret");
        var others = await CheckAsync(other, "read", "q", login: $"{one}:secret");

        Assert.That((own.Code, others.Code, others.Reason), Is.EqualTo((200, 401, "Not administrator user")));
    }

    [TestCase("none", "/", "read", 404, "user 'none' does not exist")]
    [TestCase("guest", "none", "read", 404, "virtual host 'none' does not exist")]
    [TestCase("guest", "/", "peek", 400, "action is 'peek', expected configure, write or read")]
    public async Task A_check_of_nothing_is_refused(string user, string host, string action, int code, string reason)
    {
        var answer = await PostAsync("/permissions/check", new { user, vhost = host, action, name = "q" });

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((code, reason)));
    }

    [Test]
    public async Task The_names_that_an_expression_matches_are_counted_and_the_first_are_shown()
    {
        for (int i = 10; i < 35; i++)
            await PutAsync($"/queues/{_host}/orders.{i}", new { durable = false });
        await PutAsync($"/exchanges/{_host}/orders.x", new { type = "fanout", durable = true });

        var answer = await GetAsync($"/permissions/matches?vhost={_host}&expression={Uri.EscapeDataString(@"^orders\.")}");
        var all = await GetAsync($"/permissions/matches?vhost={_host}&expression=default");

        Assert.That(
            (answer.Json.GetProperty("queues").GetInt32(), answer.Json.GetProperty("exchanges").GetInt32()), Is.EqualTo((25, 1)));
        Assert.That(
            answer.Json.GetProperty("names").EnumerateArray().Select(name => name.GetString()),
            Is.EqualTo(Enumerable.Range(10, 20).Select(i => $"orders.{i}")));
        Assert.That(all.Json.GetProperty("names").GetRawText(), Is.EqualTo("[\"amq.default\"]"));
    }

    [TestCase("vhost=none&expression=x", 404)]
    [TestCase("vhost=%2F", 400)]
    [TestCase("expression=x", 400)]
    [TestCase("vhost=%2F&expression=(", 400)]
    public async Task Matches_of_nothing_are_refused(string query, int code) =>
        Assert.That((await GetAsync($"/permissions/matches?{query}")).Code, Is.EqualTo(code));

    [Test]
    public async Task An_expression_that_takes_for_ever_is_refused()
    {
        await PutAsync($"/queues/{_host}/{new string('a', 60)}", new { durable = false });

        var answer = await GetAsync($"/permissions/matches?vhost={_host}&expression={Uri.EscapeDataString(@"^(?=a)(a+)+\1$b")}");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, $"the expression takes too long to match '{new string('a', 60)}'")));
    }

    [Test]
    public async Task The_preview_of_a_policy_shows_what_changes_and_what_overrules_it()
    {
        await PutAsync($"/queues/{_host}/a", new { durable = true });
        await PutAsync($"/queues/{_host}/b", new { durable = true });
        await PutAsync($"/policies/{_host}/strong", Policy("^b$", 5, 7));

        var answer = await PostAsync($"/policies/{_host}/preview", WithName("weak", Policy("^[ab]$", 1, 9)));

        Assert.That(
            answer.Body,
            Is.EqualTo(
                """{"matched":2,"changed":1,"objects":[{"type":"queue","name":"a","before":{},"after":{"max-length":9},"overruled_by":null},"""
                    + """{"type":"queue","name":"b","before":{"max-length":7},"after":{"max-length":7},"overruled_by":"strong"}]}"""));
        Assert.That((await GetAsync($"/policies/{_host}/weak")).Code, Is.EqualTo(404), "nothing is set");
    }

    [Test]
    public async Task An_invalid_policy_has_the_same_errors_in_its_preview()
    {
        var invalid = Policy("(", 0, 1);

        var preview = await PostAsync($"/policies/{_host}/preview", WithName("p", invalid));
        var real = await PutAsync($"/policies/{_host}/p", invalid);

        Assert.That((preview.Code, preview.Body), Is.EqualTo((400, real.Body)));
    }

    [Test]
    public async Task A_policy_may_be_named_preview()
    {
        Assert.That((await PutAsync($"/policies/{_host}/preview", Policy("x", 0, 1))).Code, Is.EqualTo(201));
        Assert.That((await GetAsync($"/policies/{_host}/preview")).Json.GetProperty("name").GetString(), Is.EqualTo("preview"));
        Assert.That((await DeleteAsync($"/policies/{_host}/preview")).Code, Is.EqualTo(204));
    }

    [Test]
    public async Task A_dry_run_describes_an_import_and_imports_nothing()
    {
        await PutAsync($"/queues/{_host}/old", new { durable = true });
        await PutAsync($"/policies/{_host}/p", Policy("x", 0, 1));
        string definitions = """
            {"queues":[{"name":"old","durable":false,"auto_delete":false,"arguments":{}},
                       {"name":"new","durable":true,"auto_delete":false,"arguments":{}}],
             "policies":[{"name":"p","pattern":"x","apply-to":"queues","priority":0,"definition":{"max-length":2}}]}
            """;

        var answer = await SendAsync(HttpMethod.Post, $"/definitions/{_host}?dry_run=true", definitions);

        Assert.That(answer.Json.GetProperty("added").GetRawText(), Is.EqualTo($$"""[{"type":"queue","vhost":"{{_host}}","name":"new"}]"""));
        var changed = answer.Json.GetProperty("changed")[0];
        string[] values = [.. new[] { "before", "after" }.Select(
            when => changed.GetProperty(when).GetProperty("definition").GetRawText())];
        Assert.That(
            (values[0], values[1]),
            Is.EqualTo(("""{"max-length":1}""", """{"max-length":2}""")));
        Assert.That(answer.Json.GetProperty("same").GetInt32(), Is.EqualTo(0));
        var refused = answer.Json.GetProperty("refused")[0];
        Assert.That(
            (refused.GetProperty("name").GetString(), refused.GetProperty("reason").GetString()),
            Is.EqualTo(
                ("old", $"queue 'old' in vhost '{_host}' exists already, with other properties: inequivalent arg 'durable' for queue "
                    + $"'old' in vhost '{_host}': received 'false' but current is 'true'")));
        Assert.That((await GetAsync($"/queues/{_host}/new")).Code, Is.EqualTo(404), "nothing is imported");
        Assert.That((await SendAsync(HttpMethod.Post, $"/definitions/{_host}?dry_run=yes", definitions)).Code, Is.EqualTo(400));
    }

    [TestCase("/permissions/check", "user vhost action name routing_key")]
    [TestCase("/policies/%2F/preview", "name pattern apply-to priority definition")]
    [TestCase("/operator-policies/%2F/preview", "name pattern apply-to priority definition")]
    [TestCase("/session", "username password")]
    public async Task Hostile_values_are_refused_and_never_an_error_of_the_broker(string path, string fields)
    {
        string letters = $"\"{new string('x', 70_000)}\"", name = $"\"{new string('x', 256)}\"";
        string[] values = ["-1", "9223372036854775807", "1.5", "\"\"", name, letters, "true", "null", "[]", "{}", "\"\\ud800\""];
        var wrong = new List<string>();
        foreach (string hostile in fields.Split(' '))
        {
            foreach (string value in values)
            {
                string body = string.Join(
                    ',', fields.Split(' ').Select(field => $"\"{field}\":{(field == hostile ? value : UsualValue(field))}"));
                var answer = await SendAsync(HttpMethod.Post, path, $"{{{body}}}");
                if (answer.Code is not (200 or 400 or 401 or 404 or 413))
                    wrong.Add($"{hostile}={value[..Math.Min(value.Length, 20)]}: {answer.Code} {answer.Body}");
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    private static string UsualValue(string field) => field switch
    {
        "user" or "username" or "password" => "\"guest\"",
        "vhost" => "\"/\"",
        "action" => "\"read\"",
        "apply-to" => "\"queues\"",
        "priority" => "0",
        "definition" => """{"max-length":1}""",
        _ => "\"x\"",
    };

    private static Dictionary<string, object> Policy(string pattern, int priority, int length) => new()
    {
        ["pattern"] = pattern,
        ["apply-to"] = "queues",
        ["priority"] = priority,
        ["definition"] = new Dictionary<string, object> { ["max-length"] = length },
    };

    private static Dictionary<string, object> WithName(string name, Dictionary<string, object> policy) => new(policy) { ["name"] = name };

    private async Task<ApiAnswer> CheckAsync(string user, string action, string name, string? key = null, string? login = null)
    {
        string body = JsonSerializer.Serialize(new { user, vhost = _host, action, name, routing_key = key });
        return login is null
            ? await SendAsync(HttpMethod.Post, "/permissions/check", body)
            : await SendAsync(HttpMethod.Post, "/permissions/check", body, login);
    }
}
