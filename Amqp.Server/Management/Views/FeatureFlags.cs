using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Views;

/// <summary>RabbitMQ's feature flags, for clients that ask for them. All these flags are enabled, and none can be disabled.</summary>
internal static class FeatureFlags
{
    private static readonly (string Name, string Description)[] _enabled =
    [
        ("classic_mirrored_queue_version", "Support setting version for classic mirrored queues"),
        ("direct_exchange_routing_v2", "v2 direct exchange routing implementation"),
        ("implicit_default_bindings", "Default bindings are now implicit, instead of being stored in the database"),
        ("maintenance_mode_status", "Maintenance mode status"),
        ("quorum_queue", "Support queues of type `quorum`"),
        ("stream_queue", "Support queues of type `stream`"), // NServiceBus requires this flag
        ("user_limits", "Configure connection and channel limits for a user"),
        ("virtual_host_metadata", "Virtual host metadata (description, tags, etc)"),
    ];

    public static ApiReply List() => new ListReply<(string Name, string Description)>(_enabled, flag => flag.Name, (json, flag) =>
    {
        json.WriteStartObject();
        json.WriteString("name", flag.Name);
        json.WriteString("desc", flag.Description);
        json.WriteString("doc_url", "");
        json.WriteString("state", "enabled");
        json.WriteString("stability", "stable");
        json.WriteString("provided_by", "rabbit");
        json.WriteEndObject();
    });

    public static ApiReply Enable(string name) =>
        _enabled.Any(flag => flag.Name == name) ? ApiReply.NoContent : throw ApiException.BadRequest("unsupported");
}
