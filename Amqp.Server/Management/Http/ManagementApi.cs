using Amqp.Protocol;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Faults;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Amqp.Server.Management.Http;

/// <summary>Registers the resources of the HTTP API, and handles each request from its login to its reply.</summary>
/// <remarks>Requests run on any thread. The registration is complete before the first request.</remarks>
internal sealed class ManagementApi(IEndpointRouteBuilder routes, ManagementServices services)
{
    private static readonly string[] _get = [HttpMethods.Head, HttpMethods.Get];

    private readonly string _prefix = $"{services.Options.Management.PathPrefix}/api";
    private readonly Dictionary<string, List<string>> _methods = [];
    private readonly CrossOrigin _crossOrigin = new(services.Options.Management.Cors);

    public ManagementServices Services => services;

    public ManagementApi Get(string pattern, Access access, Func<ApiRequest, ApiReply> handle) => Add(pattern, _get, access, handle);

    public ManagementApi Get(string pattern, Access access, Func<ApiRequest, Task<ApiReply>> handle) => Add(pattern, _get, access, handle);

    public ManagementApi Put(string pattern, Access access, Func<ApiRequest, ApiReply> handle) =>
        Add(pattern, [HttpMethods.Put], access, handle);

    public ManagementApi Post(string pattern, Access access, Func<ApiRequest, ApiReply> handle) =>
        Add(pattern, [HttpMethods.Post], access, handle);

    public ManagementApi Post(string pattern, Access access, Func<ApiRequest, Task<ApiReply>> handle) =>
        Add(pattern, [HttpMethods.Post], access, handle);

    /// <summary>Adds a request whose handler reads the body itself, as a stream of any length.</summary>
    public ManagementApi PostStream(string pattern, Access access, Func<ApiRequest, Task<ApiReply>> handle) =>
        Add(pattern, [HttpMethods.Post], access, handle, isStreamed: true);

    public ManagementApi Delete(string pattern, Access access, Func<ApiRequest, ApiReply> handle) =>
        Add(pattern, [HttpMethods.Delete], access, handle);

    public ManagementApi Delete(string pattern, Access access, Func<ApiRequest, Task<ApiReply>> handle) =>
        Add(pattern, [HttpMethods.Delete], access, handle);

    private ManagementApi Add(string pattern, string[] methods, Access access, Func<ApiRequest, ApiReply> handle) =>
        Add(pattern, methods, access, request => Task.FromResult(handle(request)));

    private ManagementApi Add(
        string pattern, string[] methods, Access access, Func<ApiRequest, Task<ApiReply>> handle, bool isStreamed = false)
    {
        string path = _prefix + pattern;
        // Requests that publish or get messages are not logged as changes, because the log would grow with the message traffic.
        bool isChange = methods != _get
            && !pattern.EndsWith("/publish", StringComparison.Ordinal)
            && !pattern.EndsWith("/get", StringComparison.Ordinal);
        var address = new RequestAddress(path);
        if (!_methods.TryGetValue(path, out var allowed))
        {
            _methods.Add(path, allowed = []);
            routes.MapMethods(path, [HttpMethods.Options], http => AnswerPreflight(http, allowed));
        }
        allowed.AddRange(methods);
        routes.MapMethods(path, methods, http =>
        {
            _crossOrigin.Allow(http, allowed);
            return HandleAsync(http, address, access, handle, isChange, isStreamed);
        });
        return this;
    }

    /// <summary>Answers an OPTIONS request, such as a browser's preflight. Requires no login.</summary>
    private Task AnswerPreflight(HttpContext http, List<string> methods)
    {
        IEnumerable<string> all = [.. methods, HttpMethods.Options];
        _crossOrigin.Allow(http, all);
        http.Response.Headers.Allow = string.Join(", ", all);
        http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private async Task HandleAsync(
        HttpContext http,
        RequestAddress address,
        Access access,
        Func<ApiRequest, Task<ApiReply>> handle,
        bool isChange,
        bool isStreamed)
    {
        ApiUser? user = null;
        try
        {
            _crossOrigin.DemandKnownPage(http);
            CrossOrigin.DemandOwnScript(http);
            user = access == Access.Anyone ? ApiUser.Nobody : await ApiLogin.AuthenticateAsync(services, http);
            if (user is null)
                return;
            address.Decode(http);
            using var request = new ApiRequest(http, services, user);
            user.Demand(access, request.FindVirtualHost);
            if (!isStreamed)
                await request.ReadBodyAsync(
                    access == Access.Anyone ? RequestBody.MostWithoutLogin : services.Options.Management.MaxBodySize);
            Task<ApiReply> handling;
            using (BrokerEvents.ActAs(user.Name))
                // Broker events raised before the handler's first await name this user. No handler raises events later.
                handling = handle(request);
            var reply = await handling;
            if (isChange && services.Broker.DefinitionSync is { IsNeeded: true } sync)
                await sync.RunAsync().WaitAsync(http.RequestAborted);
            await reply.SendAsync(http);
            if (isChange && request.IsChange)
                NoteChange(http, request.User);
        }
        catch (Exception error) when (!http.Response.HasStarted && ApiErrors.Of(error) is { } known)
        {
            if (known.Status == StatusCodes.Status403Forbidden)
                services.Logger.ForeignPageRefused(
                    PeerOf(http), http.Request.Method, TargetOf(http), http.Request.Headers.Origin.ToString(), known.Reason[0]);
            else if (user is not null && (isChange || known.Status == StatusCodes.Status401Unauthorized))
                NoteRefusal(http, user, known);
            await ApiErrors.SendAsync(http, known);
        }
        catch (Exception error) when (!http.RequestAborted.IsCancellationRequested && error is not (BadHttpRequestException or IOException))
        {
            services.Broker.Faults.Note(Compartment.Http, $"{http.Request.Method} {TargetOf(http)}", error);
            if (http.Response.HasStarted)
                http.Abort(); // a partial reply must not look complete
            else
                await ApiErrors.SendAsync(http, ApiException.Unexpected());
        }
    }

    private void NoteChange(HttpContext http, ApiUser user)
    {
        services.Logger.ApiChanged(user.Name, PeerOf(http), http.Request.Method, TargetOf(http), http.Response.StatusCode);
        NoteEvent("api.changed", http, user, http.Response.StatusCode);
    }

    private void NoteRefusal(HttpContext http, ApiUser user, ApiException error)
    {
        string reason = string.Join(' ', error.Reason);
        services.Logger.ApiRefused(user.Name, PeerOf(http), http.Request.Method, TargetOf(http), reason);
        if (user.Name.Length > 0) // a request without a login must not displace events
            NoteEvent("api.refused", http, user, error.Status, EventFacts.Fact("reason", reason));
    }

    private void NoteEvent(string name, HttpContext http, ApiUser user, int status, params KeyValuePair<string, FieldValue>[] more)
    {
        if (services.RecentEvents.IsListening)
            services.RecentEvents.Add(
                name,
                [
                    EventFacts.PerformedBy(user.Name), EventFacts.Fact("peer_host", PeerOf(http)),
                    EventFacts.Fact("method", http.Request.Method), EventFacts.Fact("path", TargetOf(http)),
                    EventFacts.Fact("status", status), .. more,
                ]);
    }

    private static string PeerOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "?";

    /// <summary>The path as the client sent it, without the query.</summary>
    private static string TargetOf(HttpContext http) => http.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
}
