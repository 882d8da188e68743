using System.Text.Json;
using Amqp.Server.Migration;

namespace Amqp.Tests.Migration;

/// <summary>The definitions that a target gets, and those that are left out and named.</summary>
public sealed class DefinitionSelectionTests
{
    private const string Source = """
        {
          "vhosts": [{"name": "/"}, {"name": "shop"}],
          "users": [
            {"name": "guest", "password_hash": "a", "tags": "administrator"},
            {"name": "new", "password_hash": "b", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": []},
            {"name": "odd", "password_hash": "c", "hashing_algorithm": "my_own", "tags": []}],
          "permissions": [
            {"user": "guest", "vhost": "/"}, {"user": "new", "vhost": "shop"}, {"user": "odd", "vhost": "shop"}],
          "global_parameters": [{"name": "cluster_name", "value": "x"}, {"name": "mine", "value": 1}],
          "policies": [{"vhost": "shop", "name": "p", "definition": {"ha-mode": "all", "no-such-key": 1}}],
          "exchanges": [
            {"name": "orders", "vhost": "shop", "type": "topic"}, {"name": "all", "vhost": "shop", "type": "fanout"},
            {"name": "dead", "vhost": "shop", "type": "fanout"}, {"name": "other", "vhost": "shop", "type": "direct"},
            {"name": "odd", "vhost": "shop", "type": "x-odd"}],
          "queues": [
            {"name": "orders", "vhost": "shop", "durable": true, "arguments": {"x-dead-letter-exchange": "dead"}},
            {"name": "mail", "vhost": "shop", "durable": true, "arguments": {}}],
          "bindings": [
            {"vhost": "shop", "source": "orders", "destination": "orders", "destination_type": "queue", "routing_key": "a"},
            {"vhost": "shop", "source": "all", "destination": "orders", "destination_type": "exchange", "routing_key": "b"},
            {"vhost": "shop", "source": "odd", "destination": "orders", "destination_type": "queue", "routing_key": "c"},
            {"vhost": "shop", "source": "amq.topic", "destination": "orders", "destination_type": "queue", "routing_key": "d"},
            {"vhost": "shop", "source": "other", "destination": "mail", "destination_type": "queue", "routing_key": "e"}]
        }
        """;

    private const string Target = """{"users": [{"name": "guest", "password_hash": "z", "tags": "administrator"}]}""";

    [Test]
    public void All_definitions_are_selected_that_the_target_can_take() => Assert.That(
        Selected(virtualHost: null, only: null),
        Is.EqualTo(
            "vhosts / shop; users new; permissions guest new; global_parameters mine; policies p; exchanges orders all dead other; "
                + "queues orders mail; bindings a b d e"));

    [Test]
    public void With_a_pattern_only_what_belongs_to_the_queues_is_selected() => Assert.That(
        Selected(virtualHost: null, only: "^orders$"),
        Is.EqualTo(
            "vhosts shop; users new; permissions new; global_parameters mine; policies p; exchanges orders all dead; queues orders; "
                + "bindings a b d"));

    [Test]
    public void With_a_virtual_host_only_that_one_is_selected() => Assert.That(
        Selected("/", only: null), Is.EqualTo("vhosts /; permissions guest; global_parameters mine"));

    [Test]
    public void What_is_left_out_is_named()
    {
        var selection = Selection(new QueueFilter(null, null));
        selection.Select();

        Assert.That(
            selection.Notes.Select(note => $"{note.Kind} {note.Count} {string.Join(' ', note.Names)}"),
            Is.EquivalentTo(new[]
            {
                "exchange_type 1 shop: odd", "password_hash 1 odd", "existing_user 1 guest", "policy_key 1 shop: p (no-such-key)",
            }));
    }

    private static string Selected(string? virtualHost, string? only) => string.Join(
        "; ",
        Selection(new QueueFilter(virtualHost, only)).Select()
            .Where(part => part.Value!.AsArray().Count > 0)
            .Select(part => $"{part.Key} {string.Join(' ', part.Value!.AsArray().Select(item =>
                (string?)(item![part.Key == "permissions" ? "user" : part.Key == "bindings" ? "routing_key" : "name"])))}"));

    private static DefinitionSelection Selection(QueueFilter filter) =>
        new(Inventory(Source), Inventory(Target), filter);

    private static BrokerInventory Inventory(string definitions) => new(
        JsonDocument.Parse("""
            {"product_name": "AmqpBroker", "exchange_types": [{"name": "topic"}, {"name": "fanout"}, {"name": "direct"}]}
            """).RootElement,
        [], [], JsonDocument.Parse(definitions).RootElement);
}
