using System.Text.Json.Nodes;
using Amqp.Tests.Architecture;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>The broker imports definition files that RabbitMQ brokers have written, and exports the same definitions.</summary>
[NonParallelizable] // the files contain fixed names of virtual hosts and users
public class DefinitionFileTests : ApiTests
{
    private static readonly string[] _kinds =
    [
        "users", "vhosts", "permissions", "topic_permissions", "parameters", "global_parameters", "policies", "queues", "exchanges",
        "bindings"
    ];

    private JsonObject _file = [];

    [TearDown]
    public async Task DeleteWhatTheFileMade()
    {
        foreach (var host in Items(_file, "vhosts"))
        {
            await DeleteAsync($"/vhosts/{Escape(host["name"])}/deletion/protection");
            await DeleteAsync($"/vhosts/{Escape(host["name"])}");
        }
        foreach (var user in Items(_file, "users"))
            await DeleteAsync($"/users/{Escape(user["name"])}");
        foreach (var parameter in Items(_file, "global_parameters"))
            await DeleteAsync($"/global-parameters/{Escape(parameter["name"])}");
    }

    [Test]
    public async Task A_file_of_RabbitMQ_3_comes_out_as_it_went_in()
    {
        _file = Read("rabbitmq-3.10.json");

        Assert.That((await PostAsync("/definitions", _file.ToJsonString())).Code, Is.EqualTo(204));

        await AssertExportHoldsAsync(_file);
    }

    [Test]
    public async Task An_export_can_be_imported_again_and_changes_nothing()
    {
        _file = Read("rabbitmq-3.10.json");
        await PostAsync("/definitions", _file.ToJsonString());
        string exported = (await GetAsync("/definitions")).Body;

        Assert.That((await PostAsync("/definitions", exported)).Code, Is.EqualTo(204));

        await AssertExportHoldsAsync(JsonNode.Parse(exported)!.AsObject(), isWhole: true);
    }

    [Test]
    public async Task Users_of_a_file_log_in_with_their_passwords()
    {
        _file = Read("rabbitmq-3.10.json");
        await PostAsync("/definitions", _file.ToJsonString());

        Assert.That((await GetAsync("/whoami", "rt-u00:pw0")).Code, Is.EqualTo(200));
        Assert.That((await GetAsync("/whoami", "rt-u00:pw1")).Code, Is.EqualTo(401));
    }

    [Test]
    public async Task Of_a_file_of_RabbitMQ_4_all_is_imported_that_there_is_here()
    {
        await SkipOnRabbitMqAsync("RabbitMQ 3.10 refuses this file.");
        _file = Read("rabbitmq-4.json");

        var answer = await PostAsync("/definitions", _file.ToJsonString());

        Assert.That(answer.Code, Is.EqualTo(200), answer.Body);
        Assert.That(answer.Json.GetProperty("left_out").EnumerateArray().Select(item => item.GetString()), Is.EqualTo(new[]
        {
            "vhost 'r4-c': default_queue_type stream: there are no streams",
            "queue 'log' in vhost 'r4-a': this broker has no streams",
            "exchange 'jms' in vhost 'r4-a': unknown exchange type 'x-no-such-type'",
            "binding from 'dlx' to 'log' in vhost 'r4-a': there is no 'log'",
        }));
        var taken = (JsonObject)_file.DeepClone();
        Drop(taken, "parameters", item => HasText(item, "component", "shovel"));
        Drop(taken, "queues", item => HasText(item, "name", "log"));
        Drop(taken, "exchanges", item => HasText(item, "name", "jms"));
        Drop(taken, "bindings", item => HasText(item, "destination", "log"));
        var third = Items(taken, "vhosts").Single(host => HasText(host, "name", "r4-c"));
        third.Remove("limits");
        third["metadata"]!.AsObject().Remove("default_queue_type");
        await AssertExportHoldsAsync(taken);
        Assert.That((await DeleteAsync("/vhosts/r4-a")).Code, Is.EqualTo(412));
    }

    /// <summary>
    /// Checks that an export contains every definition of the file. If <paramref name="isWhole"/> is true, the export must contain nothing
    /// else.
    /// </summary>
    private static async Task AssertExportHoldsAsync(JsonObject file, bool isWhole = false)
    {
        var exported = (await GetAsync("/definitions")).Json;
        var export = JsonNode.Parse(exported.GetRawText())!.AsObject();
        foreach (string kind in _kinds)
        {
            var ours = Items(export, kind).Select(item => (JsonNode)item).ToList();
            var lost = Items(file, kind).Where(item => !ours.Any(other => Covers(other, item))).Select(item => item.ToJsonString());
            Assert.That(lost, Is.Empty, kind);
            if (isWhole)
                Assert.That(ours, Has.Count.EqualTo(Items(file, kind).Count()), kind);
        }
    }

    /// <summary>Returns true if an object contains all fields of another object. Nested tables, such as arguments, must be equal.</summary>
    private static bool Covers(JsonNode item, JsonObject wanted) =>
        wanted.All(field => item.AsObject().TryGetPropertyValue(field.Key, out var value)
            && (field.Key == "metadata" ? Covers(value!, field.Value!.AsObject()) : JsonNode.DeepEquals(value, field.Value)));

    private static JsonObject Read(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(SourceTree.Root, "Amqp.Tests/Behaviour/Management/DefinitionFiles", name)))!
            .AsObject();

    private static IEnumerable<JsonObject> Items(JsonObject definitions, string kind) =>
        definitions[kind]?.AsArray().Select(item => item!.AsObject()) ?? [];

    private static void Drop(JsonObject definitions, string kind, Predicate<JsonObject> isDropped) =>
        definitions[kind] = new JsonArray([.. Items(definitions, kind).Where(item => !isDropped(item)).Select(item => item.DeepClone())]);

    private static bool HasText(JsonObject item, string field, string value) => item[field]!.GetValue<string>() == value;

    private static string Escape(JsonNode? name) => Uri.EscapeDataString(name!.GetValue<string>());
}
