using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Security;

namespace Amqp.Server.Management;

/// <summary><c>/api/vhosts</c>.</summary>
internal static class VirtualHostEndpoints
{
    public static ManagementApi MapVirtualHosts(this ManagementApi api) => api
        .Get("/vhosts", Access.Management, request =>
        {
            var query = new SampleQuery(request);
            return new ListReply<VirtualHost>(request.VisibleHosts, host => host.Name, (json, host) => Write(json, host, query));
        })
        .Get("/vhosts/{vhost}", Access.VirtualHost, request =>
        {
            var host = request.VirtualHost;
            var query = new SampleQuery(request);
            return ApiReply.Json(json => Write(json, host, query));
        })
        .Put("/vhosts/{vhost}", Access.Administrator, Put)
        .Delete("/vhosts/{vhost}", Access.Administrator, request =>
            request.Broker.VirtualHosts.Delete(request.VirtualHost.Name) ? ApiReply.NoContent : throw ApiException.NotFound())
        .Get("/vhosts/{vhost}/permissions", Access.Administrator, request => PermissionEndpoints.List(request.Broker.Permissions.All.Where(permission => permission.VirtualHost == request.VirtualHost.Name)))
        .Get("/vhosts/{vhost}/topic-permissions", Access.Administrator, request => PermissionEndpoints.List(request.Broker.Permissions.AllTopics.Where(permission => permission.VirtualHost == request.VirtualHost.Name)))
        .Post("/vhosts/{vhost}/start/{node}", Access.Administrator, request => request.VirtualHost is not null ? ApiReply.NoContent : throw ApiException.NotFound());

    /// <summary>Adds a virtual host, or changes what is said of one.</summary>
    /// <param name="request">Who asks.</param>
    /// <param name="name">The virtual host's name.</param>
    /// <param name="description">What is said of it.</param>
    /// <param name="isTracing">Whether its messages are traced; null leaves that as it is.</param>
    /// <returns>True when it is a new one.</returns>
    public static bool Put(ApiRequest request, string name, VirtualHostDescription description, bool? isTracing)
    {
        bool isNew = request.Broker.VirtualHosts.Find(name) is null;
        var host = request.Broker.VirtualHosts.Put(name, description);
        host.IsTracing = isTracing ?? host.IsTracing;
        // As in RabbitMQ: whoever makes a virtual host may use it.
        if (isNew && request.Broker.Permissions.Find(name, request.User.Name) is null)
            request.Broker.Permissions.Put(new Permission(request.User.Name, name, ".*", ".*", ".*"));
        return isNew;
    }

    /// <summary>What the body says of a virtual host; what it does not mention stays as it is.</summary>
    public static VirtualHostDescription ReadDescription(FieldTable fields, VirtualHostDescription current)
    {
        var tags = fields["tags"] switch
        {
            null => current.Tags,
            { Type: FieldType.LongString } text => [.. text.AsString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
            { Type: FieldType.Array } array => [.. array.AsArray().Where(tag => tag.Type == FieldType.LongString).Select(tag => tag.AsString())],
            _ => throw ApiException.BadRequest("tags must be a list or a text"),
        };
        string? type = fields["default_queue_type"] is { Type: FieldType.LongString } given ? given.AsString() : current.DefaultQueueType;
        if (type is not (null or "undefined" or "classic" or "quorum"))
            throw ApiException.BadRequest($"Unsupported default queue type: {type}");
        return new VirtualHostDescription(
            fields["description"] is { Type: FieldType.LongString } description ? description.AsString() : current.Text,
            tags, type == "undefined" ? null : type);
    }

    private static ApiReply Put(ApiRequest request)
    {
        bool? isTracing = request.Field("tracing") is null or { Type: FieldType.Void } ? null : request.Flag("tracing");
        string name = request.Name("vhost");
        var current = request.Broker.VirtualHosts.Find(name)?.Description ?? VirtualHostDescription.None;
        return ApiReply.Put(Put(request, name, ReadDescription(JsonFields.ReadTable(request.Json), current), isTracing));
    }

    private static void Write(Utf8JsonWriter json, VirtualHost host, SampleQuery query)
    {
        var description = host.Description;
        string type = description.DefaultQueueType ?? "undefined";
        json.WriteStartObject();
        json.WriteString("name", host.Name);
        json.WriteString("description", description.Text);
        json.WriteStrings("tags", description.Tags);
        json.WriteString("default_queue_type", type);
        json.WriteStartObject("metadata");
        json.WriteString("description", description.Text);
        json.WriteStrings("tags", description.Tags);
        if (description.DefaultQueueType is not null)
            json.WriteString("default_queue_type", type);
        json.WriteEndObject();
        json.WriteBoolean("tracing", host.IsTracing);
        json.WriteStartObject("cluster_state");
        json.WriteString(ManagementServices.NodeName, "running");
        json.WriteEndObject();
        if (!query.IsDisabled)
        {
            var counts = SampledCounts.Of([host], query);
            counts.Write(json, StatisticRows.Depth, StatisticRows.HostDepth, query.Lengths);
            counts.WriteMessageStatistics(json);
            if (!counts.IsEmpty(StatisticRows.HostTraffic, StatisticRows.Traffic.Length))
                counts.Write(json, StatisticRows.Traffic, StatisticRows.HostTraffic, query.DataRates);
        }
        json.WriteEndObject();
    }
}
