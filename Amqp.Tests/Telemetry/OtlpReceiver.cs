using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Amqp.Tests.Telemetry;

/// <summary>An OTLP collector. Receives OTLP over HTTP or gRPC on a free port, and keeps all received data.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const string GrpcMetrics = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Body, string Authorization)> _requests = new();

    private OtlpReceiver(WebApplication app) => _app = app;

    public Uri Endpoint => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>HTTP status code of the collector's answers.</summary>
    public int Answer { get; set; } = StatusCodes.Status200OK;

    /// <summary>The value of the header <c>authorization</c> of each received request.</summary>
    public IEnumerable<string> Authorizations => _requests.Select(request => request.Authorization);

    /// <summary>The resource attributes of each received export of metrics.</summary>
    public IEnumerable<Dictionary<string, string>> Resources =>
        All("metrics").SelectMany(export => export.Messages(1, 1)).Select(resource => resource.Attributes(1));

    /// <summary>The received spans, in the order of arrival.</summary>
    public IReadOnlyList<Protobuf> Spans =>
        [.. All("traces").SelectMany(export => export.Messages(1, 2)).SelectMany(scope => scope.Messages(2))];

    public static async Task<OtlpReceiver> StartAsync(HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        var receiver = new OtlpReceiver(builder.Build());
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>
    /// Returns the sum over all points with these attributes in the last export of a metric; null if the metric was not received.
    /// </summary>
    public long? Metric(string name, params (string Key, string Value)[] attributes)
    {
        var metric = All("metrics")
            .SelectMany(export => export.Messages(1, 2))
            .SelectMany(scope => scope.Messages(2))
            .LastOrDefault(metric => metric.Text(1) == name);
        var points = metric?.Messages(7, 1).Concat(metric.Messages(5, 1)) // points of a sum and of a gauge
            .Where(point => point.Attributes(7) is var its && attributes.All(each => its.GetValueOrDefault(each.Key) == each.Value))
            .ToList();
        return points is null or [] ? null : points.Sum(point => point.Number(6));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private IEnumerable<Protobuf> All(string signal) =>
        _requests.Where(request => request.Path == $"/v1/{signal}").Select(request => new Protobuf(request.Body));

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        http.Response.StatusCode = Answer;
        if (Answer != StatusCodes.Status200OK)
            return;
        bool isGrpc = http.Request.Path == GrpcMetrics;
        string authorization = http.Request.Headers.Authorization.ToString();
        _requests.Enqueue(
            isGrpc ? ("/v1/metrics", body.ToArray()[5..], authorization) : (http.Request.Path.Value ?? "", body.ToArray(), authorization));
        if (!isGrpc)
            return;
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.WriteAsync(new byte[5]); // the answer: a gRPC prefix of 5 octets and an empty message
        http.Response.AppendTrailer("grpc-status", "0");
    }
}
