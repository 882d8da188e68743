using System.Text.Json;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Lists;

/// <summary>A window of a list, from the shared snapshot. Status 304 if the client has the answer for this snapshot already.</summary>
/// <param name="request">The request.</param>
/// <param name="query">The wanted rows.</param>
internal sealed class SnapshotReply(ApiRequest request, SnapshotQuery query) : ApiReply
{
    /// <summary>Distinguishes the snapshots of this process from those with the same numbers before a restart.</summary>
    private static readonly long _run = DateTime.UtcNow.Ticks;

    /// <summary>
    /// Returns a window of the list if the request has the parameter <c>limit</c>, else RabbitMQ's list.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="kind">The kind of list.</param>
    /// <param name="otherwise">Returns RabbitMQ's list.</param>
    /// <exception cref="ApiException">400: a parameter is invalid.</exception>
    public static ApiReply Or(ApiRequest request, ListKind kind, Func<ApiReply> otherwise) => request.Query("limit") is null
        ? otherwise()
        : new SnapshotReply(request, new SnapshotQuery(kind, request, request.FindVirtualHost()?.Name));

    /// <summary>Writes a window as an object.</summary>
    public static void Write(Utf8JsonWriter json, RowWindow window, int offset)
    {
        json.WriteStartObject();
        json.WriteNumber("snapshot", window.Snapshot);
        json.WriteNumber("taken_at", window.TakenAt);
        json.WriteNumber("total_count", window.TotalCount);
        json.WriteNumber("filtered_count", window.FilteredCount);
        json.WriteNumber("offset", offset);
        json.WritePropertyName("items");
        window.Rows.Write(json);
        json.WriteEndObject();
    }

    public override Task SendAsync(HttpContext http)
    {
        RowWindow window;
        using (var lease = query.Kind.Source(request.Services.Snapshots).Read())
        {
            string tag = TagOf(lease.Table.Number);
            http.Response.Headers.ETag = tag;
            if (http.Request.Headers.IfNoneMatch.Any(given => given?.Contains(tag, StringComparison.Ordinal) == true))
            {
                DescribeJson(http);
                http.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
            window = RowWindow.Of(lease.Table, query, request.User);
        }
        return Json(json => Write(json, window, query.Offset)).SendAsync(http);
    }

    /// <summary>Returns a weak tag, because the answer may be compressed. It changes with the rows that the user may see.</summary>
    private string TagOf(long snapshot)
    {
        var visible = new HashCode();
        visible.Add(request.User.Name);
        visible.Add(request.User.IsMonitoring);
        foreach (var host in request.VisibleHosts)
            visible.Add(host.Name);
        return $"W/\"{_run:x}-{snapshot}-{visible.ToHashCode():x}\"";
    }
}
