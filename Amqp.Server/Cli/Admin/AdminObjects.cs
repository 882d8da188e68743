namespace Amqp.Server.Cli.Admin;

/// <summary>The object types of <c>rabbitmqadmin</c>'s commands, and the arguments of its commands <c>publish</c> and <c>get</c>.</summary>
internal static class AdminObjects
{
    /// <summary>Object types that <c>declare</c> supports.</summary>
    public static IReadOnlyList<AdminObject> Declarable { get; } =
    [
        new("exchange", ["exchanges", "{vhost}", "{name}"], ["name", "type"], new()
        {
            ["auto_delete"] = "false", ["durable"] = "true", ["internal"] = "false", ["arguments"] = NoFields()
        }, "arguments"),
        new("queue", ["queues", "{vhost}", "{name}"], ["name"], new()
        {
            ["auto_delete"] = "false", ["durable"] = "true", ["arguments"] = NoFields(), ["node"] = null, ["queue_type"] = null
        }, "arguments"),
        new("binding", ["bindings", "{vhost}", "e", "{source}", "{kind}", "{destination}"], ["source", "destination"], new()
        {
            ["destination_type"] = "queue", ["routing_key"] = "", ["arguments"] = NoFields()
        }, "arguments"),
        new("vhost", ["vhosts", "{name}"], ["name"], new() { ["tracing"] = null }),
        new("user", ["users", "{name}"], ["name", "password|password_hash", "tags"], new() { ["hashing_algorithm"] = null }),
        new("permission", ["permissions", "{vhost}", "{user}"], ["vhost", "user", "configure", "write", "read"]),
        new("parameter", ["parameters", "{component}", "{vhost}", "{name}"], ["component", "name", "value"], null, "value"),
        Policy("policy", "policies"),
        Policy("operator_policy", "operator-policies"),
        new("vhost_limit", ["vhost-limits", "{vhost}", "{name}"], ["vhost", "name", "value"], null, "value"),
    ];

    /// <summary>Object types that <c>delete</c> supports.</summary>
    public static IReadOnlyList<AdminObject> Deletable { get; } =
    [
        new("exchange", ["exchanges", "{vhost}", "{name}"], ["name"]),
        new("queue", ["queues", "{vhost}", "{name}"], ["name"]),
        new(
            "binding",
            ["bindings", "{vhost}", "e", "{source}", "{kind}", "{destination}", "{properties_key}"],
            ["source", "destination_type", "destination", "properties_key"]),
        new("vhost", ["vhosts", "{name}"], ["name"]),
        new("user", ["users", "{name}"], ["name"]),
        new("permission", ["permissions", "{vhost}", "{user}"], ["vhost", "user"]),
        new("parameter", ["parameters", "{component}", "{vhost}", "{name}"], ["component", "name"]),
        new("policy", ["policies", "{vhost}", "{name}"], ["name"]),
        new("operator_policy", ["operator-policies", "{vhost}", "{name}"], ["name"]),
        new("vhost_limit", ["vhost-limits", "{vhost}", "{name}"], ["vhost", "name"]),
    ];

    /// <summary>Object types that <c>close</c> supports.</summary>
    public static IReadOnlyList<AdminObject> Closable { get; } = [new("connection", ["connections", "{name}"], ["name"])];

    /// <summary>Object types that <c>purge</c> supports.</summary>
    public static IReadOnlyList<AdminObject> Purgable { get; } = [new("queue", ["queues", "{vhost}", "{name}", "contents"], ["name"])];

    /// <summary>The arguments of <c>publish</c>.</summary>
    public static AdminObject Published { get; } = new(
        "publish",
        ["exchanges", "{vhost}", "{exchange}", "publish"],
        ["routing_key"],
        new()
        {
            ["payload"] = null,
            ["properties"] = NoFields(),
            ["exchange"] = "amq.default",
            ["payload_encoding"] = "string",
        },
        "properties");

    /// <summary>The arguments of <c>get</c>.</summary>
    public static AdminObject Fetched { get; } = new(
        "get",
        ["queues", "{vhost}", "{queue}", "get"],
        ["queue"],
        new()
        {
            ["count"] = "1",
            ["ackmode"] = "ack_requeue_true",
            ["payload_file"] = null,
            ["encoding"] = "auto",
        });

    // The priority is parsed as JSON, so that it is sent as a number.
    private static AdminObject Policy(string name, string path) => new(
        name,
        [path, "{vhost}", "{name}"],
        ["name", "pattern", "definition"],
        new() { ["priority"] = 0, ["apply-to"] = null },
        "definition", "priority");

    private static System.Text.Json.Nodes.JsonObject NoFields() => [];
}
