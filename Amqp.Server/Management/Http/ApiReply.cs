using System.Buffers;
using System.Net.Mime;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Amqp.Server.Management.Http;

/// <summary>The reply to a request.</summary>
internal abstract class ApiReply
{
    /// <summary>Escapes only the characters that JSON requires to be escaped, as RabbitMQ does.</summary>
    public static readonly JsonWriterOptions Plain =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = int.MaxValue };

    /// <summary>A long reply is flushed whenever this number of bytes is buffered.</summary>
    private const int FlushSize = 64 * 1024;

    /// <summary>Status 204.</summary>
    public static ApiReply NoContent { get; } = new StatusReply(StatusCodes.Status204NoContent, null);

    /// <summary>Status 201 for a new object, 204 for an existing one.</summary>
    public static ApiReply Put(bool isNew) => isNew ? Created() : NoContent;

    /// <summary>Status 201.</summary>
    /// <param name="location">URL of the new object, relative to the URL of the request; null: no URL is sent.</param>
    public static ApiReply Created(string? location = null) => new StatusReply(StatusCodes.Status201Created, location);

    /// <summary>Status 303.</summary>
    /// <param name="location">URL that the browser opens next.</param>
    public static ApiReply SeeOther(string location) => new StatusReply(StatusCodes.Status303SeeOther, location);

    /// <summary>One JSON value.</summary>
    public static ApiReply Json(Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK) => new JsonReply(write, status);

    /// <summary>A JSON array, sent in parts while it is written.</summary>
    public static ApiReply Array<T>(IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write) => new ArrayReply<T>(items, write);

    /// <summary>A JSON object whose values are strings.</summary>
    public static ApiReply Texts(params (string Name, string Value)[] fields) => Json(json =>
    {
        json.WriteStartObject();
        foreach (var (name, value) in fields)
            json.WriteString(name, value);
        json.WriteEndObject();
    });

    public abstract Task SendAsync(HttpContext http);

    protected static async Task SendAsync(HttpContext http, int status, ReadOnlyMemory<byte> json)
    {
        http.Response.StatusCode = status;
        DescribeJson(http);
        var body = ReplyCompression.Compress(http, json);
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body);
    }

    /// <summary>Sets the headers that all JSON replies have.</summary>
    protected static void DescribeJson(HttpContext http)
    {
        http.Response.ContentType = MediaTypeNames.Application.Json;
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers.Vary = "accept, accept-encoding, origin";
    }

    /// <summary>
    /// Sends JSON while it is written. After an exception, the reply stays incomplete, so that the client notices the failure.
    /// </summary>
    protected static async Task StreamAsync(HttpContext http, Func<Utf8JsonWriter, Task> write)
    {
        DescribeJson(http);
        // Nothing is disposed after an exception, because disposing would send the buffered bytes.
        var body = ReplyCompression.Open(http);
        var json = new Utf8JsonWriter(body, Plain);
        await write(json);
        await json.DisposeAsync();
        if (body != http.Response.Body)
            await body.DisposeAsync();
    }

    /// <summary>Writes an array, and flushes the writer every <see cref="FlushSize"/> bytes.</summary>
    protected static async Task WriteItemsAsync<T>(
        Utf8JsonWriter json, IEnumerable<T> items, Action<Utf8JsonWriter, T> write, HttpContext http)
    {
        json.WriteStartArray();
        foreach (var item in items)
        {
            write(json, item);
            if (json.BytesPending >= FlushSize)
                await json.FlushAsync(http.RequestAborted);
        }
        json.WriteEndArray();
    }

    private sealed class ArrayReply<T>(IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write) : ApiReply
    {
        public override Task SendAsync(HttpContext http) => StreamAsync(http, json => WriteItemsAsync(json, items, write, http));
    }

    private sealed class StatusReply(int status, string? location) : ApiReply
    {
        public override Task SendAsync(HttpContext http)
        {
            http.Response.StatusCode = status;
            if (status != StatusCodes.Status204NoContent)
                http.Response.ContentLength = 0;
            if (location is not null)
                http.Response.Headers.Location = location;
            return Task.CompletedTask;
        }
    }

    private sealed class JsonReply(Action<Utf8JsonWriter> write, int status) : ApiReply
    {
        public override async Task SendAsync(HttpContext http)
        {
            var output = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(output, Plain))
                write(json);
            var columns = status == StatusCodes.Status200OK ? Columns.Of(http.Request.Query["columns"]) : null;
            await SendAsync(http, status, columns is null ? output.WrittenMemory : columns.Cut(output.WrittenMemory, Plain));
        }
    }
}
