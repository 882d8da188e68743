using System.Buffers;
using System.Net.Mime;
using System.Text.Json;

namespace Amqp.Server.Management;

/// <summary>A list, or the page of it that was asked for. Only what goes out is rendered, unless it must be sorted first.</summary>
/// <param name="items">All that the user may see, in RabbitMQ's order.</param>
/// <param name="name">The name that lists are filtered by.</param>
/// <param name="write">Renders one item as an object.</param>
internal sealed class ListReply<T>(IEnumerable<T> items, Func<T, string> name, Action<Utf8JsonWriter, T> write) : ApiReply
{
    /// <summary>Bytes after which a long list is sent on.</summary>
    private const int FlushSize = 64 * 1024;

    public override async Task SendAsync(HttpContext http)
    {
        var query = new ListQuery(http.Request.Query);
        var all = items.ToList();
        var wanted = query.IsPaged ? all.FindAll(item => query.Wants(name(item))) : all;
        if (query.IsPaged && (query.Page - 1L) * query.PageSize > wanted.Count)
            throw new ApiException(
                StatusCodes.Status400BadRequest, "page_out_of_range",
                $"Page out of range, page: {query.Page} page size: {query.PageSize}, len: {wanted.Count}");
        var sorted = query.Sort.Length > 0 ? Sort(wanted, query) : wanted;
        var shown = query.IsPaged ? sorted.Skip((query.Page - 1) * query.PageSize).Take(query.PageSize).ToList() : sorted;

        http.Response.ContentType = MediaTypeNames.Application.Json;
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers.Vary = "accept, accept-encoding, origin";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, _plain);
        if (!query.IsPaged)
        {
            await WriteItemsAsync(json, shown, query.Columns, http);
            return;
        }
        json.WriteStartObject();
        json.WriteNumber("filtered_count", wanted.Count);
        json.WriteNumber("item_count", shown.Count);
        json.WritePropertyName("items");
        await WriteItemsAsync(json, shown, query.Columns, http);
        json.WriteNumber("page", query.Page);
        json.WriteNumber("page_count", (wanted.Count + query.PageSize - 1) / query.PageSize);
        json.WriteNumber("page_size", query.PageSize);
        json.WriteNumber("total_count", all.Count);
        json.WriteEndObject();
    }

    private async Task WriteItemsAsync(Utf8JsonWriter json, List<T> shown, Columns? columns, HttpContext http)
    {
        long sent = 0;
        json.WriteStartArray();
        foreach (var item in shown)
        {
            if (columns is null)
                write(json, item);
            else
                json.WriteRawValue(columns.Cut(Render(item), _plain).Span, skipInputValidation: true);
            if (json.BytesCommitted + json.BytesPending - sent < FlushSize)
                continue;
            json.Flush();
            sent = json.BytesCommitted;
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }
        json.WriteEndArray();
    }

    private List<T> Sort(List<T> wanted, ListQuery query)
    {
        var keyed = wanted.ConvertAll(item => (Item: item, Key: SortKey.Of(Render(item), query.Sort)));
        var sorted = query.IsReversed ? keyed.OrderByDescending(entry => entry.Key) : keyed.OrderBy(entry => entry.Key);
        return [.. sorted.Select(entry => entry.Item)];
    }

    private ReadOnlyMemory<byte> Render(T item)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, _plain))
            write(json, item);
        return output.WrittenMemory;
    }
}
