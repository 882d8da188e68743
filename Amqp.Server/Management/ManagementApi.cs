using System.Buffers;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Statistics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Amqp.Server.Management;

/// <summary>Registers the resources of the HTTP API, and carries each request from its login to its reply.</summary>
/// <remarks>Immutable once everything is registered; requests run on any thread.</remarks>
internal sealed class ManagementApi(IEndpointRouteBuilder routes, ManagementServices services)
{
    private const string Prefix = "/api";

    private static readonly string[] _get = [HttpMethods.Get, HttpMethods.Head];

    public ManagementServices Services => services;

    public ManagementApi Get(string pattern, Access access, Func<ApiRequest, ApiReply> handle) => Add(pattern, _get, access, handle);

    public ManagementApi Put(string pattern, Access access, Func<ApiRequest, ApiReply> handle) => Add(pattern, [HttpMethods.Put], access, handle);

    public ManagementApi Post(string pattern, Access access, Func<ApiRequest, ApiReply> handle) => Add(pattern, [HttpMethods.Post], access, handle);

    public ManagementApi Post(string pattern, Access access, Func<ApiRequest, Task<ApiReply>> handle) => Add(pattern, [HttpMethods.Post], access, handle);

    public ManagementApi Delete(string pattern, Access access, Func<ApiRequest, ApiReply> handle) => Add(pattern, [HttpMethods.Delete], access, handle);

    private ManagementApi Add(string pattern, string[] methods, Access access, Func<ApiRequest, ApiReply> handle) =>
        Add(pattern, methods, access, request => Task.FromResult(handle(request)));

    private ManagementApi Add(string pattern, string[] methods, Access access, Func<ApiRequest, Task<ApiReply>> handle)
    {
        var address = new RequestAddress(Prefix + pattern);
        // A message more or less is no change that anyone wants to read of.
        bool isChange = methods != _get && !pattern.EndsWith("/publish", StringComparison.Ordinal) && !pattern.EndsWith("/get", StringComparison.Ordinal);
        routes.MapMethods(Prefix + pattern, methods, http =>
        {
            address.Decode(http);
            return HandleAsync(http, access, handle, isChange);
        });
        return this;
    }

    private async Task HandleAsync(HttpContext http, Access access, Func<ApiRequest, Task<ApiReply>> handle, bool isChange)
    {
        ApiUser? user = null;
        try
        {
            user = Authenticate(http, access);
            if (user is null)
                return;
            using var request = new ApiRequest(http, services, user, await ReadBodyAsync(http));
            user.Demand(access, request.FindVirtualHost);
            Task<ApiReply> handling;
            using (BrokerEvents.ActAs(user.Name))
                handling = handle(request); // what it awaits is no cause of events
            var reply = await handling;
            await reply.SendAsync(http);
            if (isChange)
                services.Logger.ApiChanged(user.Name, PeerOf(http), http.Request.Method, TargetOf(http), http.Response.StatusCode);
        }
        catch (Exception error) when (!http.Response.HasStarted && ApiErrors.Of(error) is { } known)
        {
            if (user is not null && (isChange || known.Status == StatusCodes.Status401Unauthorized))
                services.Logger.ApiRefused(user.Name, PeerOf(http), http.Request.Method, TargetOf(http), string.Join(' ', known.Reason));
            await ApiErrors.SendAsync(http, known);
        }
    }

    private static string PeerOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "?";

    /// <summary>As it was sent, without the query.</summary>
    private static string TargetOf(HttpContext http) => http.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];

    /// <summary>Null when the request has been answered already: no login at all.</summary>
    /// <exception cref="ApiException">401: a wrong one.</exception>
    private ApiUser? Authenticate(HttpContext http, Access access)
    {
        if (access == Access.Anyone)
            return ApiUser.Nobody;
        http.Response.Headers.WWWAuthenticate = ApiErrors.Challenge;
        if (BasicCredentials.Read(http.Request.Headers.Authorization) is not var (name, password))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.ContentLength = 0;
            return null;
        }
        bool isLoopback = http.Connection.RemoteIpAddress is { } address && System.Net.IPAddress.IsLoopback(address);
        var user = services.Broker.Users.Authenticate(name, password, isLoopback, out string refusal);
        services.Broker.Statistics.Authentication.Note(AuthenticationAttempts.Http, http.Connection.RemoteIpAddress?.ToString() ?? "", name, isSuccess: user is not null);
        if (user is null)
        {
            services.Logger.ApiLoginRefused(PeerOf(http), name, refusal);
            throw ApiException.NotAuthorized("Login failed");
        }
        http.Response.Headers.Remove("WWW-Authenticate");
        return new ApiUser(user, services.Broker.Permissions);
    }

    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpContext http)
    {
        if (http.Request.ContentLength is null or 0 && !http.Request.Headers.ContainsKey("Transfer-Encoding"))
            return default;
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            var result = await http.Request.BodyReader.ReadAsync(http.RequestAborted);
            foreach (var part in result.Buffer)
                body.Write(part.Span);
            http.Request.BodyReader.AdvanceTo(result.Buffer.End);
            if (body.WrittenCount > services.Options.MaxApiBodySize)
                throw ApiException.BadRequest($"Exceeded HTTP request body size limit of {services.Options.MaxApiBodySize} bytes");
            if (result.IsCompleted)
                return body.WrittenMemory;
        }
    }
}
