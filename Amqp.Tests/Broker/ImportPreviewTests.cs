using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Protocol;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Values;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>The dry run of an import describes exactly the changes that the import makes.</summary>
public sealed class ImportPreviewTests
{
    private static readonly string[] _hash =
    [
        "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR", "gBlvLfKaP1gIPmhpC0CtClgCTIZyMC1ZRwyMAyfgrl7zFjLW",
    ];

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task A_preview_equals_what_the_import_changes(int seed)
    {
        await using var bare = new BareBroker();
        var random = new Random(seed);

        for (int round = 0; round < 40; round++)
        {
            string definitions = RandomDefinitions(random).ToJsonString();
            var before = Export(bare);
            var preview = Preview(bare, definitions);
            Assert.That(Export(bare), Is.EqualTo(before), "the preview changes nothing");

            var report = Import(bare, definitions);

            var after = Export(bare);
            string what = $"round {round}: {definitions}";
            Assert.That(
                preview.Added.Select(NameOf).Order(StringComparer.Ordinal),
                Is.EqualTo(after.Keys.Except(before.Keys).Order(StringComparer.Ordinal)), what);
            Assert.That(
                preview.Changed.Select(change => NameOf(change.What)).Order(StringComparer.Ordinal),
                Is.EqualTo(
                    after.Where(entry => before.TryGetValue(entry.Key, out string? old) && old != entry.Value).Select(entry => entry.Key)
                        .Order(StringComparer.Ordinal)), what);
            Assert.That(preview.Refused.Select(refused => refused.Reason), Is.EqualTo(report.NotTaken), what);
            var again = Preview(bare, definitions);
            Assert.That((again.Added.Count, again.Changed.Count), Is.EqualTo((0, 0)), what);
        }
    }

    [Test]
    public async Task An_invalid_definition_refuses_the_preview_as_it_refuses_the_import()
    {
        await using var bare = new BareBroker();
        const string Definitions = """{"permissions":[{"user":"none","vhost":"/","configure":"","write":"","read":""}]}""";

        Assert.That(() => Preview(bare, Definitions), Throws.TypeOf<DefinitionException>().With.Message.EqualTo("no_such_user none"));
        Assert.That(
            () => Import(bare, Definitions),
            Throws.TypeOf<DefinitionException>().With.Message.EqualTo("no_such_user none"));
    }

    [Test]
    public async Task A_changed_password_is_named_without_its_hash()
    {
        await using var bare = new BareBroker();
        Import(bare, User(0));

        var (what, comparison) = Preview(bare, User(1)).Changed.Single();

        Assert.That(what, Is.EqualTo(new DefinitionName("user", null, "u")));
        Assert.That(
            (Json(comparison.Before!), Json(comparison.After!)),
            Is.EqualTo(("""{"tags":[],"limits":{},"password":"(old)"}""", """{"tags":[],"limits":{},"password":"(new)"}""")));
    }

    private static string User(int hash) => $$"""{"users":[{"name":"u","password_hash":"{{_hash[hash]}}","tags":""}]}""";

    private static JsonObject RandomDefinitions(Random random)
    {
        string[] hosts = ["/", .. Some("v1", "v2")], users = ["u0", .. Some("u1", "u2")];
        return new JsonObject
        {
            ["users"] = List(users, user => new JsonObject
            {
                ["name"] = user,
                ["password_hash"] = Of(_hash),
                ["tags"] = Of("", "management"),
                ["limits"] = random.Next(2) == 0 ? new JsonObject() : new JsonObject { ["max-channels"] = random.Next(5, 7) },
            }),
            ["vhosts"] = List(hosts, host => new JsonObject
            {
                ["name"] = host,
                ["description"] = Of("a", "b"),
                ["tags"] = new JsonArray(JsonValue.Create(Of("a", "b"))),
            }),
            ["permissions"] = List(users, user => new JsonObject
            {
                ["user"] = user,
                ["vhost"] = Of(hosts),
                ["configure"] = Of("a", "b"),
                ["write"] = "",
                ["read"] = ".*",
            }),
            ["topic_permissions"] = List(users, user => new JsonObject
            {
                ["user"] = user,
                ["vhost"] = Of(hosts),
                ["exchange"] = "amq.topic",
                ["write"] = Of("a", "b"),
                ["read"] = ".*",
            }),
            ["parameters"] = List(hosts, host => new JsonObject
            {
                ["vhost"] = host,
                ["component"] = Of("vhost-limits", "unknown"),
                ["name"] = "limits",
                ["value"] = new JsonObject { ["max-queues"] = random.Next(90, 92) },
            }),
            ["global_parameters"] = List(Some("g", "h"), name => new JsonObject
            {
                ["name"] = name,
                ["value"] = new JsonObject { ["a"] = random.Next(2), ["b"] = 1 },
            }),
            ["policies"] = List(hosts, host => new JsonObject
            {
                ["vhost"] = host,
                ["name"] = Of("p", "r"),
                ["pattern"] = Of("a", "b"),
                ["apply-to"] = "queues",
                ["priority"] = 0,
                ["definition"] = new JsonObject { ["max-length"] = random.Next(1, 3) },
            }),
            ["exchanges"] = List(hosts, host => new JsonObject
            {
                ["vhost"] = host,
                ["name"] = Of("x", "amq.y"),
                ["type"] = Of("fanout", "topic"),
                ["durable"] = true,
                ["auto_delete"] = false,
                ["internal"] = false,
                ["arguments"] = new JsonObject(),
            }),
            ["queues"] = List(hosts, host => new JsonObject
            {
                ["vhost"] = host,
                ["name"] = Of("q1", "q2"),
                ["durable"] = true,
                ["auto_delete"] = false,
                ["arguments"] = random.Next(2) == 0 ? new JsonObject() : new JsonObject { ["x-max-length"] = 5 },
            }),
            ["bindings"] = List(hosts, host => new JsonObject
            {
                ["vhost"] = host,
                ["source"] = Of("amq.direct", "none"),
                ["destination"] = Of("q1", "q2"),
                ["destination_type"] = "queue",
                ["routing_key"] = Of("k", "l"),
                ["arguments"] = new JsonObject(),
            }),
        };

        string Of(params string[] all) => all[random.Next(all.Length)];
        string[] Some(params string[] all) => [.. all.Where(_ => random.Next(2) == 0)];
    }

    private static JsonArray List(string[] names, Func<string, JsonObject> make)
    {
        var list = new JsonArray();
        foreach (string name in names)
            list.Add((JsonNode)make(name));
        return list;
    }

    private static ImportPreview Preview(BareBroker bare, string definitions) =>
        NewImport(bare).Preview(Table(definitions));

    private static ImportReport Import(BareBroker bare, string definitions) => NewImport(bare).Run(Table(definitions));

    private static DefinitionImport NewImport(BareBroker bare) => new(bare.Broker.Definitions, "guest", virtualHost: null);

    private static FieldTable Table(string definitions)
    {
        using var document = JsonDocument.Parse(definitions);
        return JsonFields.ReadTable(document.RootElement);
    }

    private static string NameOf(DefinitionName what) => $"{what.Type} {what.VirtualHost} {what.Name}";

    /// <summary>Exports all definitions: the JSON of each object by its name.</summary>
    private static Dictionary<string, string> Export(BareBroker bare)
    {
        string text = Json(json => DefinitionExport.Write(json, bare.Broker.Definitions, new DefinitionOrigin("3", "S", "1")));
        var objects = new Dictionary<string, string>();
        foreach (var (list, value) in JsonNode.Parse(text)!.AsObject())
        {
            if (value is not JsonArray items)
                continue;
            foreach (var item in items)
            {
                string Text(string field) => item![field]?.GetValue<string>() ?? "";
                string name = list switch
                {
                    "users" => $"user  {Text("name")}",
                    "vhosts" => $"vhost  {Text("name")}",
                    "permissions" => $"permission {Text("vhost")} {Text("user")}",
                    "topic_permissions" => $"topic_permission {Text("vhost")} {Text("user")} on {Text("exchange")}",
                    "parameters" => $"parameter {Text("vhost")} {Text("component")}/{Text("name")}",
                    "global_parameters" => $"global_parameter  {Text("name")}",
                    "policies" => $"policy {Text("vhost")} {Text("name")}",
                    "bindings" => $"binding {Text("vhost")} {Text("source")} -> {Text("destination")} ({Text("routing_key")})",
                    _ => $"{list[..^1]} {Text("vhost")} {Text("name")}",
                };
                objects.Add(name, item!.ToJsonString());
            }
        }
        return objects;
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            write(json);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
