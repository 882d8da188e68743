using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

public class DefinitionTests : ApiTests
{
    private const string Long = Sixteen + Sixteen + Sixteen + Sixteen;
    private const string Sixteen = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Test]
    public async Task A_virtual_host_is_copied_by_its_definitions()
    {
        string from = await NewVirtualHostAsync(), to = await NewVirtualHostAsync();
        await PutAsync($"/queues/{from}/q", """{"durable":true,"arguments":{"x-max-length":5}}""");
        await PutAsync($"/exchanges/{from}/x", """{"type":"topic","durable":true}""");
        await PostAsync($"/bindings/{from}/e/x/q/q", """{"routing_key":"k.#","arguments":{"a":1}}""");
        await PutAsync($"/policies/{from}/p", """{"pattern":"^q","definition":{"max-length":7},"priority":3,"apply-to":"queues"}""");
        await PutAsync($"/operator-policies/{from}/o", """{"pattern":"^q","definition":{"max-length":6}}""");

        string exported = (await GetAsync($"/definitions/{from}")).Body;
        var imported = await PostAsync($"/definitions/{to}", exported);

        Assert.That(imported.Code, Is.EqualTo(204), imported.Body);
        Assert.That(
            (await GetAsync($"/queues/{to}/q?columns=durable,arguments")).Body,
            Is.EqualTo("""{"arguments":{"x-max-length":5},"durable":true}""")
                .Or.EqualTo("""{"durable":true,"arguments":{"x-max-length":5}}"""));
        Assert.That((await GetAsync($"/exchanges/{to}/x?columns=type")).Body, Is.EqualTo("""{"type":"topic"}"""));
        Assert.That((await GetAsync($"/bindings/{to}/e/x/q/q")).Column("routing_key"), Is.EqualTo(new[] { "k.#" }));
        Assert.That((await GetAsync($"/policies/{to}/p")).Json.GetProperty("priority").GetInt32(), Is.EqualTo(3));
        Assert.That((await GetAsync($"/operator-policies/{to}/o")).Code, Is.EqualTo(200));
    }

    /// <summary>
    /// The request is a form, as sent by RabbitMQ's web pages. The field <c>redirect</c> names the page that the browser opens next.
    /// </summary>
    [Test]
    public async Task A_form_with_a_file_is_imported_and_leads_on()
    {
        string host = await NewVirtualHostAsync();
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = await BrokerTarget.ApiUriAsync()
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        using var form = new MultipartFormDataContent
        {
            { new StringContent("../#/import-succeeded"), "\"redirect\"" },
            {
                new StringContent("""{"queues":[{"name":"q","durable":true,"auto_delete":false,"arguments":{}}]}"""),
                "\"file\"",
                "\"a.json\""
            },
        };

        using var answer = await http.PostAsync($"api/definitions/{host}", form);

        Assert.That(
            (answer.StatusCode, answer.Headers.Location?.OriginalString),
            Is.EqualTo((HttpStatusCode.SeeOther, "../#/import-succeeded")));
        Assert.That((await GetAsync($"/queues/{host}")).Column("name"), Is.EqualTo(new[] { "q" }));
    }

    [Test]
    public async Task The_whole_brokers_definitions_hold_users_permissions_and_virtual_hosts()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("management", host);
        await PutAsync($"/queues/{host}/q", """{"durable":true}""");
        await PutAsync($"/vhost-limits/{host}/max-queues", new { value = 9 });

        var all = (await GetAsync("/definitions")).Json;

        Assert.That(Names("users", "name"), Has.Member(user));
        Assert.That(Names("vhosts", "name"), Has.Member(host));
        Assert.That(Names("permissions", "user"), Has.Member(user));
        Assert.That(Names("queues", "vhost"), Has.Member(host));
        Assert.That(Names("parameters", "vhost"), Has.Member(host));

        IEnumerable<string?> Names(string kind, string field) =>
            all.GetProperty(kind).EnumerateArray().Select(item => item.GetProperty(field).GetString());
    }

    [Test]
    public async Task Import_adds_and_changes_what_is_named()
    {
        string host = await NewVirtualHostAsync(), user = await NewUserAsync("");
        var answer = await PostAsync("/definitions", $$$"""
            {"users":[{"name":"{{{user}}}","password_hash":"","hashing_algorithm":"rabbit_password_hashing_sha256","tags":["monitoring"],"limits":{"max-channels":3}}],
             "vhosts":[{"name":"{{{host}}}"}],
             "permissions":[{"user":"{{{user}}}","vhost":"{{{host}}}","configure":"a","write":"b","read":"c"}],
             "parameters":[{"component":"vhost-limits","vhost":"{{{host}}}","name":"limits","value":{"max-queues":4}}],
             "queues":[{"name":"q","vhost":"{{{host}}}","durable":true,"auto_delete":false,"arguments":{}}],
             "exchanges":[],"bindings":[{"source":"amq.topic","vhost":"{{{host}}}","destination":"q","destination_type":"queue","routing_key":"k","arguments":{}}]}
            """);

        Assert.That(answer.Code, Is.EqualTo(204), answer.Body);
        Assert.That((await GetAsync($"/users/{user}")).Json.GetProperty("limits").GetRawText(), Is.EqualTo("""{"max-channels":3}"""));
        Assert.That((await GetAsync($"/permissions/{host}/{user}")).Json.GetProperty("read").GetString(), Is.EqualTo("c"));
        Assert.That((await GetAsync($"/vhost-limits/{host}")).Body, Does.Contain("""{"max-queues":4}"""));
        Assert.That((await GetAsync($"/bindings/{host}/e/amq.topic/q/q")).Column("routing_key"), Is.EqualTo(new[] { "k" }));
    }

    /// <summary>In each import, valid definitions of all kinds come before the invalid definition.</summary>
    [TestCase("users", """{"name":"bad"}""", "tags_not_present")]
    [TestCase(
        "users", """{"name":"bad","tags":"","password":"x","limits":{"nothing":1}}""",
        "Validation failed\n\nUnrecognised terms [{<<\"nothing\">>,1}] in user-limits\n")]
    [TestCase("vhosts", """{"name":5}""", "[{key_missing,name}]")]
    [TestCase("permissions", """{"user":"nobody-there","vhost":"HOST","configure":"","write":"","read":""}""", "no_such_user nobody-there")]
    [TestCase(
        "topic_permissions", """{"user":"guest","vhost":"nowhere","exchange":"amq.topic","write":"","read":""}""", "no_such_vhost nowhere")]
    [TestCase(
        "parameters", """{"component":"vhost-limits","vhost":"HOST","name":"limits","value":{"max-queues":"x"}}""",
        "Validation failed\n\nmax-queues should be a number, actually was <<\"x\">>\n (HOST/vhost-limits/limits)")]
    [TestCase(
        "parameters",
        """{"component":"operator_policy","vhost":"HOST","name":"o","value":{"pattern":"a","definition":{"max-length":-1}}}""",
        "Validation failed\n\n-1 is not a valid maximum length\n (HOST/o)")]
    [TestCase("users", $$"""{"name":"{{Long}}","tags":""}""", "user should be less than 255 bytes, actually was 256\n")]
    [TestCase("global_parameters", "5", "global_parameters holds something else than objects")]
    [TestCase(
        "policies", """{"vhost":"HOST","name":"p","pattern":"a","definition":{"max-length":-1}}""",
        "Validation failed\n\n-1 is not a valid maximum length\n (HOST/p)")]
    [TestCase(
        "queues", """{"name":"bad","vhost":"HOST","durable":true,"auto_delete":false,"arguments":{"x-max-length":-5}}""",
        "invalid arg 'x-max-length' for queue 'bad' in vhost 'HOST': {value_negative,-5}")]
    [TestCase("queues", """{"name":"bad","vhost":"nowhere","durable":true}""", "no_such_vhost nowhere")]
    [TestCase(
        "queues", """{"name":"bad","vhost":"HOST","durable":"true"}""",
        "queue 'bad' in vhost 'HOST': durable must be true or false, not the text \"true\"")]
    [TestCase(
        "queues", """{"name":"bad","vhost":"HOST","durable":null}""",
        "queue 'bad' in vhost 'HOST': durable must be true or false, not null")]
    [TestCase("queues", """{"name":"bad","vhost":"HOST"}""", "[{key_missing,durable}]")]
    [TestCase(
        "queues", """{"name":"bad","vhost":"HOST","durable":true,"arguments":"x"}""",
        "queue 'bad' in vhost 'HOST': arguments must be an object")]
    [TestCase(
        "queues", """{"name":"bad","vhost":"HOST","durable":false,"arguments":{"x-queue-type":"quorum"}}""",
        "invalid property 'non-durable' for queue 'bad' in vhost 'HOST'")]
    [TestCase(
        "exchanges", """{"name":"bad","vhost":"HOST","type":"fanout","durable":true,"auto_delete":"false"}""",
        "exchange 'bad' in vhost 'HOST': auto_delete must be true or false, not the text \"false\"")]
    [TestCase(
        "exchanges", """{"name":"bad","vhost":"HOST","type":"fanout","durable":true,"arguments":{"alternate-exchange":5}}""",
        "invalid type 'long' for arg 'alternate-exchange' in exchange 'bad' in vhost 'HOST'")]
    [TestCase(
        "bindings",
        """{"source":"amq.headers","vhost":"HOST","destination":"q","destination_type":"queue","routing_key":"","arguments":{"x-match":5}}""",
        "Invalid x-match field type *")]
    [TestCase(
        "bindings", """{"source":"x","vhost":"HOST","destination":"q","destination_type":"other","routing_key":""}""",
        "binding from 'x' to 'q' in vhost 'HOST': destination_type must be queue or exchange, not other")]
    [TestCase(
        "bindings", """{"source":"x","vhost":"HOST","destination":"q","destination_type":"queue","routing_key":5}""",
        "[{key_missing,routing_key}]")]
    public async Task One_definition_that_cannot_be_leaves_everything_as_it_was(string kind, string definition, string reason)
    {
        await SkipOnRabbitMqAsync("RabbitMQ imports the definitions before the invalid one.");
        string host = await NewVirtualHostAsync(), made = NewName("v"), user = NewName("u");
        var file = JsonNode.Parse($$$"""
            {"users":[{"name":"{{{user}}}","password":"x","tags":""}],"vhosts":[{"name":"{{{made}}}"}],
             "permissions":[{"user":"{{{user}}}","vhost":"{{{made}}}","configure":"","write":"","read":""}],"topic_permissions":[],
             "parameters":[{"component":"vhost-limits","vhost":"{{{host}}}","name":"limits","value":{"max-queues":1}}],
             "global_parameters":[{"name":"{{{made}}}","value":1}],"policies":[{"vhost":"{{{host}}}","name":"good","pattern":"a","definition":{"max-length":1}}],
             "queues":[{"name":"q","vhost":"{{{host}}}","durable":true},{"name":"q","vhost":"{{{made}}}","durable":true}],
             "exchanges":[{"name":"x","vhost":"{{{host}}}","type":"direct","durable":true}],
             "bindings":[{"source":"x","vhost":"{{{host}}}","destination":"q","destination_type":"queue","routing_key":"k"}]}
            """)!.AsObject();
        file[kind]!.AsArray().Add(JsonNode.Parse(definition.Replace("HOST", host, StringComparison.Ordinal)));
        string before = await DefinitionsAsync(host);

        var answer = await PostAsync("/definitions", file.ToJsonString());

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, answer.Reason)));
        Assert.That(answer.Reason, Does.Match(
            $"^{Regex.Escape(reason.Replace("HOST", host, StringComparison.Ordinal)).Replace("\\*", ".*", StringComparison.Ordinal)}$"));
        Assert.That(await DefinitionsAsync(host), Is.EqualTo(before));
        foreach (string path in new[] { $"/vhosts/{made}", $"/users/{user}", $"/global-parameters/{made}" })
            Assert.That((await GetAsync(path)).Code, Is.EqualTo(404), path);
    }

    [Test]
    public async Task Names_of_the_brokers_own_are_skipped_as_RabbitMQ_skips_them()
    {
        string host = await NewVirtualHostAsync(), definitions = $$$"""
            {"queues":[{"name":"amq.gen-abc","vhost":"{{{host}}}","durable":true,"auto_delete":false,"arguments":{}},{"name":"q","vhost":"{{{host}}}","durable":true,"auto_delete":false,"arguments":{}}],
             "exchanges":[{"name":"amq.rabbitmq.audit","vhost":"{{{host}}}","type":"topic","durable":true,"auto_delete":false,"internal":false,"arguments":{}},
                          {"name":"amq.direct","vhost":"{{{host}}}","type":"topic","durable":true,"auto_delete":false,"internal":false,"arguments":{}}],
             "bindings":[{"source":"amq.topic","vhost":"{{{host}}}","destination":"amq.gen-abc","destination_type":"queue","routing_key":"#","arguments":{}},
                         {"source":"amq.topic","vhost":"{{{host}}}","destination":"q","destination_type":"queue","routing_key":"k","arguments":{}}]}
            """;

        Assert.That((await PostAsync("/definitions", definitions)).Code, Is.EqualTo(204));

        Assert.That((await GetAsync($"/queues/{host}")).Column("name"), Is.EqualTo(new[] { "q" }));
        Assert.That((await GetAsync($"/exchanges/{host}/amq.rabbitmq.audit")).Code, Is.EqualTo(404));
        Assert.That((await GetAsync($"/bindings/{host}/e/amq.topic/q/q")).Column("routing_key"), Is.EqualTo(new[] { "k" }));
        await SkipOnRabbitMqAsync("RabbitMQ does not report skipped definitions.");
        var report = await SendAsync(HttpMethod.Post, "/definitions", definitions, header: "Prefer: return=representation");
        Assert.That(report.Json.GetProperty("left_out").GetArrayLength(), Is.EqualTo(4), report.Body);
    }

    [Test]
    public async Task What_is_there_otherwise_stays_and_is_told_of()
    {
        await SkipOnRabbitMqAsync("RabbitMQ does not report this.");
        string host = await NewVirtualHostAsync();
        await PutAsync($"/queues/{host}/q", """{"durable":false}""");

        var answer = await PostAsync("/definitions", $$$"""
            {"queues":[{"name":"q","vhost":"{{{host}}}","durable":true},{"name":"r","vhost":"{{{host}}}","durable":true},{"name":"r","vhost":"{{{host}}}","durable":false}]}
            """);

        Assert.That(
            (answer.Code, answer.Json.GetProperty("imported").GetInt32(), answer.Json.GetProperty("left_out").GetArrayLength()),
            Is.EqualTo((200, 1, 2)),
            answer.Body);
        Assert.That(
            (await GetAsync($"/queues/{host}?columns=name,durable&sort=name")).Body,
            Does.Contain("""{"name":"q","durable":false}""").And.Contain("""{"name":"r","durable":true}"""));
    }

    [Test]
    public async Task Limits_of_queues_do_not_hold_up_an_import()
    {
        string host = await NewVirtualHostAsync();

        var answer = await PostAsync("/definitions", $$$"""
            {"parameters":[{"component":"vhost-limits","vhost":"{{{host}}}","name":"limits","value":{"max-queues":1}}],
             "queues":[{"name":"a","vhost":"{{{host}}}","durable":true,"auto_delete":false,"arguments":{}},{"name":"b","vhost":"{{{host}}}","durable":true,"auto_delete":false,"arguments":{}}]}
            """);

        Assert.That((answer.Code, (await GetAsync($"/queues/{host}")).Json.GetArrayLength()), Is.EqualTo((204, 2)));
    }

    [Test]
    public async Task What_an_import_does_not_say_of_a_virtual_host_stays_and_what_it_says_changes()
    {
        await SkipOnRabbitMqAsync("RabbitMQ 3.10 removes values that the import does not contain.");
        string host = await NewVirtualHostAsync(new { description = "old", tags = "a,b", default_queue_type = "quorum", tracing = true });

        await PostAsync("/definitions", $$$"""{"vhosts":[{"name":"{{{host}}}"}]}""");
        Assert.That(await DescribeAsync(), Is.EqualTo("""old ["a","b"] "quorum" True"""));
        await PostAsync("/definitions", $$$"""{"vhosts":[{"name":"{{{host}}}","metadata":{"description":"within","tags":["c"]}}]}""");
        Assert.That(await DescribeAsync(), Is.EqualTo("""within ["c"] "quorum" True"""));
        await PostAsync(
            "/definitions",
            $$$"""{"vhosts":[{"name":"{{{host}}}","description":"new","tags":["d"],"default_queue_type":"classic","tracing":false,"metadata":{"description":"within","tags":[]}}]}""");
        Assert.That(await DescribeAsync(), Is.EqualTo("""new ["d"] "classic" False"""));

        async Task<string> DescribeAsync()
        {
            var json = (await GetAsync($"/vhosts/{host}")).Json;
            return $"{json.GetProperty("description").GetString()} {json.GetProperty("tags").GetRawText()} "
                + $"{json.GetProperty("default_queue_type").GetRawText()} {json.GetProperty("tracing").GetBoolean()}";
        }
    }

    [Test]
    public async Task Into_a_virtual_host_only_what_belongs_to_one_is_imported()
    {
        string host = await NewVirtualHostAsync(), other = await NewVirtualHostAsync(), user = NewName(
            "u"), made = NewName("v"), parameter = NewName("g");

        var answer = await PostAsync($"/definitions/{host}", $$$"""
            {"users":[{"name":"{{{user}}}","password":"x","tags":"administrator"}],"vhosts":[{"name":"{{{made}}}"}],"global_parameters":[{"name":"{{{parameter}}}","value":1}],
             "permissions":[{"user":"guest","vhost":"{{{host}}}","configure":"","write":"","read":""}],
             "topic_permissions":[{"user":"guest","vhost":"{{{host}}}","exchange":"amq.topic","write":"","read":""}],
             "queues":[{"name":"q","vhost":"{{{other}}}","durable":true,"auto_delete":false,"arguments":{}}]}
            """);

        Assert.That(answer.Code, Is.EqualTo(204), answer.Body);
        foreach (string path in new[]
        {
            $"/users/{user}", $"/vhosts/{made}", $"/global-parameters/{parameter}", $"/topic-permissions/{host}/guest", $"/queues/{other}/q"
        })
            Assert.That((await GetAsync(path)).Code, Is.EqualTo(404), path);
        Assert.That((await GetAsync($"/permissions/{host}/guest")).Json.GetProperty("write").GetString(), Is.EqualTo(".*"));
        Assert.That((await GetAsync($"/queues/{host}/q")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task Who_imports_may_use_the_virtual_hosts_that_are_made_unless_the_definitions_say_otherwise()
    {
        string importer = await NewUserAsync("administrator"), plain = NewName("v"), told = NewName("v");
        try
        {
            await PostAsync("/definitions", $$$"""
                {"vhosts":[{"name":"{{{plain}}}"},{"name":"{{{told}}}"}],
                 "permissions":[{"user":"{{{importer}}}","vhost":"{{{told}}}","configure":"a","write":"b","read":"c"}]}
                """, $"{importer}:secret");

            Assert.That(
                (await GetAsync($"/permissions/{plain}/{importer}")).Body,
                Does.Contain("\"configure\":\".*\",\"write\":\".*\",\"read\":\".*\""));
            Assert.That(
                (await GetAsync($"/permissions/{told}/{importer}")).Body,
                Does.Contain("\"configure\":\"a\",\"write\":\"b\",\"read\":\"c\""));
            Assert.That((await GetAsync($"/permissions/{plain}/guest")).Code, Is.EqualTo(404));
        }
        finally
        {
            await DeleteAsync($"/vhosts/{plain}");
            await DeleteAsync($"/vhosts/{told}");
        }
    }

    [Test]
    public async Task An_import_counts_each_definition_that_it_has_taken()
    {
        await SkipOnRabbitMqAsync("RabbitMQ does not count imported definitions.");
        string host = await NewVirtualHostAsync(), definitions = $$$"""
            {"parameters":[{"component":"vhost-limits","vhost":"{{{host}}}","name":"limits","value":{"max-queues":9}},
                           {"component":"operator_policy","vhost":"{{{host}}}","name":"o","value":{"pattern":"a","definition":{"max-length":1} } }],
             "policies":[{"vhost":"{{{host}}}","name":"a","pattern":"a","definition":{"max-length":1}},{"vhost":"{{{host}}}","name":"b","pattern":"b","definition":{"max-length":2}}],
             "queues":[{"name":"q","vhost":"{{{host}}}","durable":true},{"name":"s","vhost":"{{{host}}}","durable":true,"arguments":{"x-queue-type":"stream"}}],
             "exchanges":[{"name":"x","vhost":"{{{host}}}","type":"direct","durable":true}],
             "bindings":[{"source":"x","vhost":"{{{host}}}","destination":"q","destination_type":"queue","routing_key":"k"},
                         {"source":"","vhost":"{{{host}}}","destination":"q","destination_type":"queue","routing_key":"q"},
                         {"source":"x","vhost":"{{{host}}}","destination":"s","destination_type":"queue","routing_key":"k"}]}
            """;

        for (int time = 0; time < 2; time++)
        {
            var report = await SendAsync(HttpMethod.Post, "/definitions", definitions, header: "Prefer: return=representation");
            Assert.That(
                (report.Json.GetProperty("imported").GetInt32(), report.Json.GetProperty("left_out").GetArrayLength()),
                Is.EqualTo((8, 2)),
                $"{time}: {report.Body}");
        }
        Assert.That((await GetAsync($"/policies/{host}")).Column("name"), Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task Exclusive_queues_and_their_bindings_are_in_no_export()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync("shared");
        await channel.DeclareExclusiveQueueAsync("own");
        foreach (string queue in new[] { "shared", "own" })
            await channel.BindQueueAsync(queue, "amq.direct", "k");

        foreach (string path in new[] { "/definitions", $"/definitions/{host}" })
        {
            var exported = (await GetAsync(path)).Json;
            Assert.That(NamesIn("queues", "name"), Is.EqualTo(new[] { "shared" }), path);
            Assert.That(NamesIn("bindings", "destination"), Is.EqualTo(new[] { "shared" }), path);

            IEnumerable<string?> NamesIn(string kind, string field) => exported.GetProperty(kind).EnumerateArray()
                .Where(item => !item.TryGetProperty("vhost", out var owner) || owner.GetString() == host)
                .Select(item => item.GetProperty(field).GetString());
        }
    }

    [Test]
    public async Task The_definitions_of_a_virtual_host_hold_nothing_of_another()
    {
        string one = await NewVirtualHostAsync(), other = await NewVirtualHostAsync();
        foreach (string host in new[] { one, other })
        {
            await PutAsync($"/queues/{host}/q-{host}", new { durable = true });
            await PutAsync($"/exchanges/{host}/x-{host}", new { type = "direct", durable = true });
            await PostAsync($"/bindings/{host}/e/x-{host}/q/q-{host}", new { routing_key = host });
            await PutAsync(
                $"/policies/{host}/p-{host}", new { pattern = "^q", definition = new Dictionary<string, int> { ["max-length"] = 5 } });
            await PutAsync(
                $"/operator-policies/{host}/o-{host}",
                new { pattern = "^q", definition = new Dictionary<string, int> { ["max-length"] = 9 } });
            await PutAsync($"/vhost-limits/{host}/max-queues", new { value = 7 });
        }

        string exported = await DefinitionsAsync(one);

        foreach (string own in new[] { $"q-{one}", $"x-{one}", $"p-{one}", $"o-{one}", "max-queues" })
            Assert.That(exported, Does.Contain(own));
        Assert.That(exported, Does.Not.Contain(other));
        Assert.That(JsonNode.Parse(exported)!["parameters"]!.AsArray().Count, Is.EqualTo(2));
    }

    [TestCase("{", "failed_to_parse_json")]
    [TestCase("""{"queues":[{"name":"a"}]}""", "no_such_vhost undefined")]
    [TestCase("""{"users":[{"name":"ab"}]}""", "tags_not_present")]
    public async Task Definitions_that_cannot_be_are_refused(string body, string reason)
    {
        var answer = await PostAsync("/definitions", body);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, reason)));
    }

    private static async Task<string> DefinitionsAsync(string host) => (await GetAsync($"/definitions/{host}")).Body;
}
