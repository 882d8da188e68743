using System.Globalization;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Jobs;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Resources;

/// <summary>
/// <c>/api/queues/vhost/name/messages/export</c> and <c>import</c>: the messages of a queue as a stream of lines, one JSON object for each.
/// </summary>
internal static class MessageFiles
{
    /// <summary>Media type of lines of JSON.</summary>
    private const string Lines = "application/x-ndjson";

    /// <summary>Sends the ready messages of a queue. The query has the optional fields <c>filter</c> (repeated) and <c>limit</c>.</summary>
    public static ApiReply Export(ApiRequest request)
    {
        string source = ApiRequest.DemandShort(request.Name("queue"), "queue");
        var filter = MessageJobs.ReadFilter([.. request.Http.Request.Query["filter"].OfType<string>()]);
        long? limit = ReadLimit(request.Query("limit"));
        var session = request.OpenSession();
        try
        {
            var export = new MessageExport(session, source, filter);
            var plan = new JobPlan(
                JobKind.Export, request.VirtualHost.Name, request.User.Name, source, "the client", filter.Texts, limit, IsDryRun: false);
            return new ExportReply(request.Broker.Jobs, plan, export);
        }
        catch (BrokerException error)
        {
            session.Dispose();
            throw MessageJobs.Refused(error);
        }
    }

    /// <summary>Publishes the messages of the body to a queue. With the query <c>dry_run=true</c>, only checks them.</summary>
    public static async Task<ApiReply> ImportAsync(ApiRequest request)
    {
        string queue = ApiRequest.DemandShort(request.Name("queue"), "queue");
        bool isDryRun = request.Query("dry_run") switch
        {
            null or "false" => false,
            "true" => true,
            var other => throw ApiException.BadRequest("not_boolean", other),
        };
        using var session = request.OpenSession();
        var import = NewImport(request, session, queue);
        var result = await import.RunAsync(request.Http.Request.BodyReader, isDryRun, request.Http.RequestAborted);
        return Reply(result);
    }

    private static MessageImport NewImport(ApiRequest request, LocalSession session, string queue)
    {
        try
        {
            return new MessageImport(session, request.Broker.Sessions, queue);
        }
        catch (BrokerException error)
        {
            throw MessageJobs.Refused(error);
        }
    }

    private static ApiReply Reply(ImportResult result)
    {
        (int status, string? error) = (StatusCodes.Status200OK, null);
        if (result.Stopped is not null)
            (status, error) = (StatusCodes.Status503ServiceUnavailable, "service_unavailable");
        else if (result.Mistakes.Count > 0)
            (status, error) = (StatusCodes.Status400BadRequest, "bad_request");
        return ApiReply.Json(json =>
        {
            json.WriteStartObject();
            if (error is not null)
            {
                json.WriteString("error", error);
                var (line, reason) = result.Stopped ?? result.Mistakes[0];
                json.WriteString("reason", string.Create(CultureInfo.InvariantCulture, $"line {line}: {reason}"));
            }
            json.WriteNumber("lines", result.Lines);
            json.WriteNumber("imported", result.Imported);
            if (result.Stopped is { } stopped)
                json.WriteNumber("stopped_at", stopped.Line);
            json.WriteStartArray("mistakes");
            foreach (var (line, reason) in result.Mistakes)
            {
                json.WriteStartObject();
                json.WriteNumber("line", line);
                json.WriteString("reason", reason);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }, status);
    }

    private static long? ReadLimit(string? text)
    {
        if (text is null)
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) && limit > 0
            ? limit
            : throw ApiException.BadRequest("limit is not a positive number");
    }

    /// <summary>
    /// Runs an export. If it fails after its first line, the connection is closed, so that the client notices the failure.
    /// </summary>
    private sealed class ExportReply(JobTable jobs, JobPlan plan, MessageExport export) : ApiReply
    {
        public override async Task SendAsync(HttpContext http)
        {
            bool isStarted = false;
            try
            {
                http.Response.ContentType = Lines;
                http.Response.Headers.CacheControl = "no-cache";
                var job = await jobs.RunHereAsync(plan, job =>
                {
                    isStarted = true;
                    return export.RunAsync(job, http.Response.BodyWriter, http.RequestAborted);
                });
                var status = job.Status;
                if (status.State == JobState.Completed)
                    return;
                if (http.Response.HasStarted)
                    http.Abort();
                else
                    throw new ApiException(
                        StatusCodes.Status503ServiceUnavailable, "service_unavailable", status.Reason ?? "the export was cancelled");
            }
            finally
            {
                if (!isStarted)
                    export.Dispose();
            }
        }
    }
}
