using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Policies;

namespace Amqp.Server.Migration;

/// <summary>Selects the definitions of the source that the target gets, and notes those that it does not get.</summary>
/// <remarks>Used once, by one thread.</remarks>
/// <param name="source">The source, with its definitions.</param>
/// <param name="target">The target, with its definitions.</param>
/// <param name="filter">Selects queues. With it, only what belongs to these queues is selected.</param>
internal sealed class DefinitionSelection(BrokerInventory source, BrokerInventory target, QueueFilter filter)
{
    /// <summary>Global parameters that name a cluster, and so do not belong to another one.</summary>
    private static readonly string[] _ofCluster = ["cluster_name", "internal_cluster_id"];

    private readonly JsonElement _all = source.Definitions ?? default;
    private readonly List<PlanNote> _notes = [];
    private readonly HashSet<string> _unknownUsers = [];

    /// <summary>Definitions that change or are left out. Complete after <see cref="Select"/>.</summary>
    public IReadOnlyList<PlanNote> Notes => _notes;

    /// <summary>Returns the selected definitions.</summary>
    public JsonObject Select()
    {
        JsonElement[] queues = [.. Queues()];
        JsonElement[] exchanges = [.. Exchanges(SelectedExchanges.Of(_all, queues, filter))];
        HashSet<(string, string)> named = [.. exchanges.Select(KeyOf)];
        HashSet<(string, string)> queueNames = [.. queues.Select(KeyOf)];
        HashSet<string> hosts = [.. HostsOf(queues)];
        NotePolicies(hosts);
        NoteParameters(hosts);
        return new JsonObject
        {
            ["vhosts"] = Nodes(_all.List("vhosts").Where(host => hosts.Contains(host.Text("name")))),
            ["users"] = Nodes(Users(hosts)),
            ["permissions"] = Nodes(OfHosts("permissions", hosts).Where(HasUser)),
            ["topic_permissions"] = Nodes(OfHosts("topic_permissions", hosts).Where(HasUser)),
            ["parameters"] = Nodes(OfHosts("parameters", hosts)),
            ["global_parameters"] = Nodes(_all.List("global_parameters").Where(item => !_ofCluster.Contains(item.Text("name")))),
            ["policies"] = Nodes(OfHosts("policies", hosts)),
            ["exchanges"] = Nodes(exchanges),
            ["queues"] = Nodes(queues),
            ["bindings"] = Nodes(OfHosts("bindings", hosts).Where(binding =>
                IsThere(named, binding.Text("vhost"), binding.Text("source"))
                && (binding.Text("destination_type") == "queue"
                    ? queueNames.Contains((binding.Text("vhost"), binding.Text("destination")))
                    : IsThere(named, binding.Text("vhost"), binding.Text("destination"))))),
        };

        bool HasUser(JsonElement permission) => !_unknownUsers.Contains(permission.Text("user"));
    }

    private IEnumerable<JsonElement> Queues() =>
        _all.List("queues").Where(queue => filter.Wants(new QueueKey(queue.Text("vhost"), queue.Text("name"))));

    private IEnumerable<string> HostsOf(JsonElement[] queues) => filter.HasPattern
        ? queues.Select(queue => queue.Text("vhost"))
        : _all.List("vhosts").Select(host => host.Text("name")).Where(filter.WantsHost);

    private IEnumerable<JsonElement> OfHosts(string part, HashSet<string> hosts) =>
        _all.List(part).Where(item => hosts.Contains(item.Text("vhost")));

    private JsonElement[] Exchanges(IEnumerable<JsonElement> wanted)
    {
        var types = target.ExchangeTypes;
        var isKnown = wanted.ToLookup(exchange => types.Count == 0 || types.Contains(exchange.Text("type")));
        foreach (var group in isKnown[false].GroupBy(exchange => exchange.Text("type")))
            Note(
                "exchange_type", group.Select(NameOf),
                $"of type {group.Key}, which the target does not have. They are left out, with their bindings", "exchange");
        return [.. isKnown[true]];
    }

    /// <summary>
    /// Returns the users that the target lacks. A user that it has keeps its password there: the command may log in as this user.
    /// </summary>
    private IEnumerable<JsonElement> Users(HashSet<string> hosts)
    {
        var existing = (target.Definitions?.List("users") ?? []).ToDictionary(user => user.Text("name"));
        HashSet<string> meant = [.. _all.List("permissions").Where(item => hosts.Contains(item.Text("vhost")))
            .Select(item => item.Text("user"))];
        var users = _all.List("users").Where(user => !filter.IsNarrow || meant.Contains(user.Text("name"))).ToList();
        var refused = users.Where(user => !existing.ContainsKey(user.Text("name")) && !HasKnownHash(user)).ToList();
        _unknownUsers.UnionWith(refused.Select(user => user.Text("name")));
        Note(
            "password_hash", refused.Select(user => user.Text("name")),
            "with a password hash of an unknown algorithm. They are left out", "user");
        Note(
            "existing_user",
            users.Where(user => existing.TryGetValue(user.Text("name"), out var other) && Differ(user, other))
                .Select(user => user.Text("name")),
            "that the target has with another password hash or other tags. They stay as they are there", "user");
        return users.Where(user => !existing.ContainsKey(user.Text("name"))).Except(refused);
    }

    private static bool HasKnownHash(JsonElement user) =>
        user.Text("hashing_algorithm") is var name && (name.Length == 0 || HashingAlgorithms.Find(name) is not null);

    private static bool Differ(JsonElement here, JsonElement there) =>
        here.Text("password_hash") != there.Text("password_hash")
        || !QueueNotes.UserTagsOf(here).Order().SequenceEqual(QueueNotes.UserTagsOf(there).Order());

    private void NotePolicies(HashSet<string> hosts)
    {
        if (target.IsRabbitMq)
            return; // only this broker's own keys are known here
        Note(
            "policy_key",
            OfHosts("policies", hosts)
                .SelectMany(policy => KeysOf(policy.Find("definition")).Where(key => !PolicyKeys.IsKnown(PolicyKind.User, key))
                    .Select(key => $"{NameOf(policy)} ({key})")),
            "that means nothing at the target. They are left out", "policy key");
    }

    private void NoteParameters(HashSet<string> hosts)
    {
        foreach (var group in OfHosts("parameters", hosts).GroupBy(parameter => parameter.Text("component")))
            if (group.Key == "shovel" || group.Key.StartsWith("federation", StringComparison.Ordinal))
                Note(
                    "link", group.Select(NameOf),
                    $"of component {group.Key}. They start at the target, and also still run at the source", "parameter");
    }

    private void Note(string kind, IEnumerable<string> names, string text, string what)
    {
        string[] list = [.. names];
        if (list.Length > 0)
            _notes.Add(new PlanNote(kind, list.Length, $"{QueueNotes.Counted(list.Length, what)} {text}", list));
    }

    private static IEnumerable<string> KeysOf(JsonElement? definition) =>
        definition is { ValueKind: JsonValueKind.Object } fields ? fields.EnumerateObject().Select(field => field.Name) : [];

    /// <summary>Exchanges that every virtual host has are not in the definitions.</summary>
    private static bool IsThere(HashSet<(string, string)> named, string host, string exchange) =>
        exchange.Length == 0 || exchange.StartsWith("amq.", StringComparison.Ordinal) || named.Contains((host, exchange));

    private static (string, string) KeyOf(JsonElement item) => (item.Text("vhost"), item.Text("name"));

    private static string NameOf(JsonElement item) => new QueueKey(item.Text("vhost"), item.Text("name")).ToString();

    private static JsonArray Nodes(IEnumerable<JsonElement> items) => [.. items.Select(JsonNode? (item) => JsonObject.Create(item))];
}
