using System.Text.Json;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Resources;

/// <summary>
/// The resources <c>/api/permissions/check</c> and <c>/api/permissions/matches</c> of the HTTP API, which explain permissions. RabbitMQ
/// does not have these resources.
/// </summary>
internal static class PermissionCheckEndpoints
{
    private const int MaxNames = 20;
    private const string TopicExchange = "topic";

    /// <summary>Longest time for matching all names, because an expression can take long for each of them.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(2);

    public static ManagementApi MapPermissionChecks(this ManagementApi api) => api
        .Post("/permissions/check", Access.Management, Check)
        .Get("/permissions/matches", Access.Administrator, ListMatches);

    private static ApiReply Check(ApiRequest request)
    {
        request.IsChange = false;
        request.DemandFields("user", "vhost", "action", "name");
        string user = request.Text("user"), name = request.Text("name"), action = request.Text("action");
        if (user != request.User.Name)
            request.User.Demand(Access.Administrator);
        AccessKind kind = action switch
        {
            "configure" => AccessKind.Configure,
            "write" => AccessKind.Write,
            "read" => AccessKind.Read,
            _ => throw ApiException.BadRequest($"action is '{action}', expected configure, write or read"),
        };
        if (request.Broker.Users.Find(user) is null)
            throw Missing($"user '{user}' does not exist");
        var host = DemandHost(request, request.Text("vhost"));
        string? key = request.Json.TryGetProperty("routing_key", out var given) && given.ValueKind != JsonValueKind.Null
            ? request.Text("routing_key")
            : null;
        // Only topic exchanges check routing keys. An exchange that does not exist can become one.
        bool hasTopics = kind != AccessKind.Configure && host.FindExchange(name) is null or { Type: TopicExchange };
        var decision = AccessDecision.Of(request.Broker.Permissions, user, host.Name, kind, name, hasTopics ? key : null);
        return ApiReply.Json(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("allowed", decision.IsAllowed);
            json.WriteString("expression", decision.Expression);
            json.WriteString("reason", decision.Reason);
            json.WriteEndObject();
        });
    }

    private static ApiReply ListMatches(ApiRequest request)
    {
        var host = DemandHost(request, request.Query("vhost") ?? throw ApiException.BadRequest("vhost is missing"));
        var expression = request.Query("expression") ?? throw ApiException.BadRequest("expression is missing");
        var pattern = DefinitionReader.ReadPatterns(() => new NamePattern(expression));
        long begin = Environment.TickCount64;
        var queues = Matches(host.Queues.Select(queue => queue.Name));
        var exchanges = Matches(
            host.Exchanges.Select(exchange => exchange.Name.Length > 0 ? exchange.Name : AccessDecision.DefaultExchange));
        return ApiReply.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("queues", queues.Count);
            json.WriteNumber("exchanges", exchanges.Count);
            json.WriteStrings("names", queues.Concat(exchanges).Distinct().Order(StringComparer.Ordinal).Take(MaxNames));
            json.WriteEndObject();
        });

        List<string> Matches(IEnumerable<string> names)
        {
            var matches = new List<string>();
            foreach (string name in names)
            {
                if (pattern.IsMatch(name))
                    matches.Add(name);
                if (pattern.Timeouts > 0 || Environment.TickCount64 - begin > _limit.TotalMilliseconds)
                    throw ApiException.BadRequest($"the expression takes too long to match '{name}'");
            }
            return matches;
        }
    }

    private static VirtualHost DemandHost(ApiRequest request, string name) =>
        request.Broker.VirtualHosts.Find(name) ?? throw Missing($"virtual host '{name}' does not exist");

    private static ApiException Missing(string reason) => new(StatusCodes.Status404NotFound, "not_found", reason);
}
