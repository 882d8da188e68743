using System.Text;
using System.Text.Json;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>The broker exports and imports definitions. An import skips some definitions.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DefinitionImportTests : IAsyncDisposable
{
    // shared by all tests in which the broker refuses the import, because the broker then stays unchanged
    private static BareBroker _unchanged = null!;
    private BareBroker? _own;

    [OneTimeSetUp]
    public static void Start() => _unchanged = new BareBroker();

    [OneTimeTearDown]
    public static async Task StopAsync() => await _unchanged.DisposeAsync();

    private BareBroker Bare => _own ??= new BareBroker();

    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
            await _own.DisposeAsync();
    }

    [Test]
    public void A_virtual_host_stays_protected_and_of_its_type_until_something_else_is_said()
    {
        string Described(string fields)
        {
            Import($$"""{"vhosts":[{"name":"v"{{fields}}}]}""");
            var description = Host("v").Description;
            return $"{description.IsProtected} {description.DefaultQueueType} {string.Join('+', description.Tags)} {description.Text}";
        }

        Assert.That(Described(""), Is.EqualTo("False   "));
        Assert.That(
            Described(""","metadata":{"protected_from_deletion":true,"default_queue_type":"quorum","tags":["a"],"description":"d"}"""),
            Is.EqualTo("True quorum a d"));
        Assert.That(Described(""), Is.EqualTo("True quorum a d"));
        Assert.That(Described(""","protected_from_deletion":false,"description":"e","tags":"b, c" """), Is.EqualTo("False quorum b+c e"));
        Assert.That(Described(""","default_queue_type":"undefined","description":"","tags":"" """), Is.EqualTo("False   "));
    }

    [TestCase("vhosts", """{"name":"w","tags":5}""", "tags must be a list or a text")]
    [TestCase("vhosts", """{"name":"w","default_queue_type":"other"}""", "Unsupported default queue type: other")]
    [TestCase("users", """{"name":"u","tags":"","password":"x","hashing_algorithm":"md4"}""", "unknown_hashing_algorithm md4")]
    [TestCase("users", """{"name":"u","tags":"","password":"x","password_hash":""}""", "both_password_and_password_hash_are_provided")]
    [TestCase("users", """{"name":"u","tags":"","password_hash":"AAAAAA=="}""", "not_base64 AAAAAA==")] // a salt without a hash
    [TestCase("users", """{"name":"u","tags":"","password":5}""", "password should be a text 5")]
    [TestCase("permissions", """{"user":"guest","vhost":"/","configure":"(","write":"","read":""}""", "invalid_regexp ")]
    [TestCase("topic_permissions", """{"user":"guest","vhost":"/","exchange":"x","write":"","read":"("}""", "invalid_regexp ")]
    [TestCase("exchanges", """{"name":"x","vhost":"/","durable":true}""", "[{key_missing,type}]")]
    [TestCase("exchanges", """{"name":"x","vhost":"/","type":"direct"}""", "[{key_missing,durable}]")]
    [TestCase(
        "exchanges", """{"name":"x","vhost":"/","type":"direct","durable":true,"internal":1}""",
        "exchange 'x' in vhost '/': internal must be true or false, not 1")]
    [TestCase("queues", """{"name":"","vhost":"/","durable":true}""", "queue '' in vhost '/' has no name")]
    [TestCase(
        "bindings", """{"source":"amq.topic","vhost":"/","destination_type":"queue","routing_key":"k"}""", "[{key_missing,destination}]")]
    public void What_cannot_be_is_refused(string kind, string definition, string reason) =>
        Assert.That(
            () => Import(_unchanged, $$"""{"{{kind}}":[{{definition}}]}"""),
            Throws.TypeOf<DefinitionException>().With.Message.StartsWith(reason));

    [TestCase("users")]
    [TestCase("parameters")]
    [TestCase("bindings")]
    public void A_list_is_a_list(string kind) =>
        Assert.That(
            () => Import(_unchanged, $$$"""{"{{{kind}}}":{}}"""),
            Throws.TypeOf<DefinitionException>().With.Message.EqualTo($"{kind} is not a list"));

    [Test]
    public void Limits_of_a_user_that_are_not_mentioned_stay()
    {
        Import("""{"users":[{"name":"u","tags":"","limits":{"max-channels":3,"max-connections":4}}]}""");
        Import("""{"users":[{"name":"u","tags":"monitoring","limits":{"max-channels":5}}]}""");

        var limits = Bare.Broker.UserLimits.Of("u");
        Assert.That((limits["max-channels"]!.Value.AsInteger(), limits["max-connections"]!.Value.AsInteger()), Is.EqualTo((5L, 4L)));
    }

    [Test]
    public void Only_virtual_hosts_that_are_made_are_given_to_who_imports()
    {
        Import("""{"users":[{"name":"jo","tags":""}],"vhosts":[{"name":"/"},{"name":"v"}]}""", importer: "jo");

        Assert.That(
            (Bare.Broker.Permissions.Find("/", "jo") is null, Bare.Broker.Permissions.Find("v", "jo") is null),
            Is.EqualTo((true, false)));
    }

    [Test]
    public void What_an_operators_policy_cannot_say_is_left_out_of_it()
    {
        var report = Import("""
            {"parameters":[{"component":"operator_policy","vhost":"/","name":"o","value":{"pattern":"^o","priority":7,"apply-to":"queues","definition":{"max-length":5,"dead-letter-exchange":"x"}}},
                           {"component":"operator_policy","vhost":"/","name":"none","value":{"pattern":"^o","definition":{"dead-letter-exchange":"x"}}},
                           {"component":"policy","vhost":"/","name":"u","value":{"pattern":"^u","definition":{"dead-letter-exchange":"x"}}}]}
            """);

        Assert.That(report.LeftOut, Is.EqualTo(new[]
        {
            "operator policy 'o' in vhost '/': dead-letter-exchange has no meaning here",
            "operator policy 'none' in vhost '/': dead-letter-exchange has no meaning here",
        }));
        Assert.That((report.Imported, Export("policies")), Is.EqualTo(
            (2, """[{"vhost":"/","name":"u","pattern":"^u","apply-to":"all","definition":{"dead-letter-exchange":"x"},"priority":0}]""")));
        Assert.That(Export("parameters"), Is.EqualTo(
            """[{"value":{"pattern":"^o","apply-to":"queues","definition":{"max-length":5},"priority":7},"vhost":"/","component":"operator_policy","name":"o"}]"""));
    }

    [Test]
    public void In_a_virtual_host_that_comes_with_the_import_the_predeclared_exchanges_are_there_already()
    {
        const string Bindings = """
            {"vhosts":[{"name":"v"}],"queues":[{"name":"q","vhost":"v","durable":true}],
             "bindings":[{"source":"amq.headers","vhost":"v","destination":"q","destination_type":"queue","routing_key":"","arguments":{"x-match":MATCH}},
                         {"source":"amq.nothing","vhost":"v","destination":"q","destination_type":"queue","routing_key":""},
                         {"source":"nothing","vhost":"v","destination":"q","destination_type":"queue","routing_key":""},
                         {"source":"amq.topic","vhost":"v","destination":"none","destination_type":"exchange","routing_key":""}]}
            """;
        Assert.That(() => Import(Bindings.Replace("MATCH", "5", StringComparison.Ordinal)), Throws.TypeOf<DefinitionException>());

        var report = Import(Bindings.Replace("MATCH", "\"all\"", StringComparison.Ordinal));

        Assert.That(report.Skipped, Is.EqualTo(new[] { "binding from 'amq.nothing' to 'q' in vhost 'v': there is no 'amq.nothing'" }));
        Assert.That(report.LeftOut, Is.EqualTo(new[]
        {
            "binding from 'nothing' to 'q' in vhost 'v': there is no 'nothing'",
            "binding from 'amq.topic' to 'none' in vhost 'v': there is no 'none'"
        }));
        Assert.That(report.Imported, Is.EqualTo(3));
    }

    [Test]
    public void An_exchange_that_is_there_otherwise_stays_and_is_told_of()
    {
        Import(
            """{"exchanges":[{"name":"x","vhost":"/","type":"direct","durable":true},{"name":"y","vhost":"/","type":"direct","durable":true}]}""");

        var report = Import(
            """{"exchanges":[{"name":"x","vhost":"/","type":"topic","durable":true},{"name":"y","vhost":"/","type":"direct","durable":true}]}""");

        Assert.That(report.LeftOut.Single(), Does.StartWith("exchange 'x' in vhost '/' exists already, with other properties: "));
        Assert.That((report.Imported, Bare.Host.FindExchange("x")!.Type), Is.EqualTo((1, "direct")));
    }

    [Test]
    public void An_export_has_each_flag_and_kind_in_its_field()
    {
        Import("""
            {"vhosts":[{"name":"v"}],
             "queues":[{"name":"n","vhost":"v","durable":false,"auto_delete":true,"arguments":[]},{"name":"m","vhost":"v","durable":true,"arguments":{"x-max-length":5}}],
             "exchanges":[{"name":"n","vhost":"v","type":"topic","durable":false,"auto_delete":false,"internal":true},{"name":"a","vhost":"v","type":"fanout","durable":true,"auto_delete":true}],
             "bindings":[{"source":"a","vhost":"v","destination":"n","destination_type":"exchange","routing_key":"k","arguments":{"a":1}}]}
            """);

        Assert.That(Export("queues", "v"), Is.EqualTo(
            """[{"name":"m","durable":true,"auto_delete":false,"arguments":{"x-max-length":5}},{"name":"n","durable":false,"auto_delete":true,"arguments":{}}]"""));
        Assert.That(Export("exchanges", "v"), Is.EqualTo(
            """[{"name":"a","type":"fanout","durable":true,"auto_delete":true,"internal":false,"arguments":{}},{"name":"n","type":"topic","durable":false,"auto_delete":false,"internal":true,"arguments":{}}]"""));
        Assert.That(
            Export("bindings", "v"),
            Is.EqualTo("""[{"source":"a","destination":"n","destination_type":"exchange","routing_key":"k","arguments":{"a":1}}]"""));
        Assert.That(Export("queues"), Does.StartWith("""[{"name":"m","vhost":"v","durable":true,"""));
    }

    [Test]
    public void An_export_is_in_the_order_of_names()
    {
        string[] names = [.. Enumerable.Range(0, 12).Select(number => $"q{(number * 7) % 12:00}")];
        Import($$"""{"queues":[{{string.Join(',', names.Select(name => $$"""{"name":"{{name}}","vhost":"/","durable":false}"""))}}]}""");

        Assert.That(
            JsonDocument.Parse(Export("queues", "/")).RootElement.EnumerateArray().Select(queue => queue.GetProperty("name").GetString()),
            Is.EqualTo(names.Order(StringComparer.Ordinal)));
    }

    [Test]
    public void An_export_says_where_it_comes_from()
    {
        Assert.That(
            (Export("rabbit_version"), Export("rabbitmq_version"), Export("product_name"), Export("product_version")),
            Is.EqualTo(("\"3.9.9\"", "\"3.9.9\"", "\"Shop\"", "\"7.8.9\"")));
        Assert.That(Export("rabbit_version", "/"), Is.EqualTo("\"3.9.9\""));
    }

    private VirtualHost Host(string name) => Bare.Broker.VirtualHosts.Find(name)!;

    private ImportReport Import(string json, string? importer = null) => Import(Bare, json, importer);

    private static ImportReport Import(BareBroker bare, string json, string? importer = null)
    {
        using var document = JsonDocument.Parse(json);
        return new DefinitionImport(bare.Broker.Definitions, importer, virtualHost: null).Run(JsonFields.ReadTable(document.RootElement));
    }

    /// <summary>
    /// Exports this virtual host, or the whole broker if <paramref name="host"/> is null. Returns one field of the export.
    /// </summary>
    private string Export(string field, string? host = null)
    {
        var origin = new DefinitionOrigin("3.9.9", "Shop", "7.8.9");
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            if (host is null)
                DefinitionExport.Write(json, Bare.Broker.Definitions, origin);
            else
                DefinitionExport.Write(json, Bare.Broker.Definitions, origin, Host(host));
        }
        return JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray())).RootElement.GetProperty(field).GetRawText();
    }
}
