using System.Buffers;
using System.Text.Json;

namespace Amqp.Server.Management.Http;

/// <summary>
/// A list, or one page of it. Converts only the items of the page to JSON, unless the client requests an unusual sort order.
/// </summary>
/// <param name="items">All items that the user may see, in RabbitMQ's order.</param>
/// <param name="name">Returns the name of an item, for the filter.</param>
/// <param name="write">Renders one item as an object.</param>
/// <param name="sortKey">
/// Returns the function that reads a field of an item for sorting; null if the field must be found in rendered items.
/// </param>
internal sealed class ListReply<T>(
    IEnumerable<T> items, Func<T, string> name, Action<Utf8JsonWriter, T> write, Func<string, Func<T, SortKey>?>? sortKey = null)
    : ApiReply
{
    public override async Task SendAsync(HttpContext http)
    {
        var query = new ListQuery(http.Request.Query);
        var all = items.ToList();
        var wanted = query.IsPaged ? all.FindAll(item => query.Wants(name(item))) : all;
        if (query.IsPaged && (query.Page - 1) * query.PageSize > wanted.Count)
            throw new ApiException(
                StatusCodes.Status400BadRequest, "page_out_of_range",
                $"Page out of range, page: {query.Page} page size: {query.PageSize}, len: {wanted.Count}");
        var sorted = query.Sort.Length > 0 ? Sort(wanted, query.Sort) : wanted;
        if (query.IsReversed)
            sorted.Reverse(); // reverses items with equal keys too, as in RabbitMQ
        var shown = query.IsPaged ? sorted.Skip(((int)query.Page - 1) * query.PageSize).Take(query.PageSize).ToList() : sorted;

        await StreamAsync(http, async json =>
        {
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
            json.WriteNumber("page", (int)query.Page);
            json.WriteNumber("page_count", (wanted.Count + query.PageSize - 1) / query.PageSize);
            json.WriteNumber("page_size", query.PageSize);
            json.WriteNumber("total_count", all.Count);
            json.WriteEndObject();
        });
    }

    private Task WriteItemsAsync(Utf8JsonWriter json, List<T> shown, Columns? columns, HttpContext http) => WriteItemsAsync(
        json,
        shown,
        columns is null ? write : (output, item) => output.WriteRawValue(columns.Cut(Render(item), Plain).Span, skipInputValidation: true),
        http);

    private List<T> Sort(List<T> wanted, string path)
    {
        var read = sortKey?.Invoke(path) ?? (item => SortKey.Of(Render(item), path));
        return [.. wanted.OrderBy(read)];
    }

    private ReadOnlyMemory<byte> Render(T item)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, Plain))
            write(json, item);
        return output.WrittenMemory;
    }
}
