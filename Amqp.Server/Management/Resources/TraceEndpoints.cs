using System.Globalization;
using System.Text.Json;
using Amqp.Server.Broker.Traces;
using Amqp.Server.Broker.Tracing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>
/// The resources of the HTTP API under <c>/api/traces</c>: the ways of single messages. RabbitMQ does not have these resources.
/// </summary>
internal static class TraceEndpoints
{
    private const int UsualSeconds = 60, UsualHops = 1_000;

    private static readonly string[] _fields = ["vhost", "queue", "exchange", "message_id", "header", "seconds", "hops"];

    public static ManagementApi MapTraces(this ManagementApi api) => api
        .Get("/traces", Access.Administrator, request => ApiReply.Array(request.Services.Traces.All, TraceView.Write))
        .Post("/traces", Access.Administrator, Start)
        .Get("/traces/{trace}", Access.Administrator, request =>
        {
            var trace = Demand(request);
            var hops = trace.HopsAfter((int)request.QueryNumber("after", 0, 0, int.MaxValue));
            return ApiReply.Json(json => TraceView.Write(json, trace, hops));
        })
        .Delete("/traces/{trace}", Access.Administrator, request =>
        {
            request.Services.Traces.Delete(Demand(request).Id);
            return ApiReply.NoContent;
        });

    private static ApiReply Start(ApiRequest request)
    {
        foreach (var field in request.Json.EnumerateObject())
            if (!_fields.Contains(field.Name))
                throw ApiException.BadRequest($"unknown field '{field.Name}'; there are {string.Join(", ", _fields)}");
        request.DemandFields("vhost");
        var host = request.Broker.VirtualHosts.Find(request.Text("vhost")) ?? throw ApiException.NoVirtualHost();
        var trace = request.Services.Traces.Start(host, ReadPlan(request, host));
        return ApiReply.Json(json => TraceView.Write(json, trace), StatusCodes.Status201Created);
    }

    private static TracePlan ReadPlan(ApiRequest request, VirtualHost host)
    {
        string? queue = Name(request, "queue"), exchange = Name(request, "exchange");
        if (queue is null == exchange is null)
            throw ApiException.BadRequest("one of the fields queue and exchange is required");
        exchange = exchange is null ? null : ExchangeEndpoints.NameOf(exchange);
        if (queue is null ? host.FindExchange(exchange!) is null : host.FindQueue(queue) is null)
            throw ApiException.NotFound();
        return new TracePlan(
            host.Name, queue, exchange, Number(request, "seconds", UsualSeconds, TraceTable.MostSeconds),
            Number(request, "hops", UsualHops, TraceTable.MostHops), request.User.Name)
        {
            MessageId = Name(request, "message_id"),
            Header = ReadHeader(request),
        };
    }

    private static (string, string)? ReadHeader(ApiRequest request)
    {
        if (!request.Json.TryGetProperty("header", out var given) || given.ValueKind == JsonValueKind.Null)
            return null;
        if (given.ValueKind != JsonValueKind.Object || given.EnumerateObject().ToArray() is not [var header])
            throw ApiException.BadRequest("header is not an object with one field");
        return header.Value.ValueKind switch
        {
            JsonValueKind.String => (header.Name, header.Value.GetString()!),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => (header.Name, header.Value.GetRawText()),
            _ => throw ApiException.BadRequest("the value of header is not a string, a number or a boolean"),
        };
    }

    private static string? Name(ApiRequest request, string field) =>
        request.Json.TryGetProperty(field, out var given) && given.ValueKind != JsonValueKind.Null
            ? ApiRequest.DemandShort(request.Text(field), field)
            : null;

    private static int Number(ApiRequest request, string field, int otherwise, int most)
    {
        if (!request.Json.TryGetProperty(field, out var given) || given.ValueKind == JsonValueKind.Null)
            return otherwise;
        long number = request.Number(field);
        return number >= 1 && number <= most
            ? (int)number
            : throw ApiException.BadRequest($"{field} is not a number from 1 to {most}");
    }

    private static MessageTrace Demand(ApiRequest request) =>
        long.TryParse(request.Name("trace"), NumberStyles.None, CultureInfo.InvariantCulture, out long id)
            && request.Services.Traces.Find(id) is { } trace
            ? trace
            : throw ApiException.NotFound();
}
