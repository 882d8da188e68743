using System.Text.Json;
using Amqp.Server.Cli.Api;
using Amqp.Server.Cli.Ctl;

namespace Amqp.Server.Cli.Admin;

/// <summary>Executes <c>list</c> and <c>show</c>: fetches objects, and prints them in one of <c>rabbitmqadmin</c>'s formats.</summary>
internal sealed class AdminListing(AdminCall call)
{
    /// <summary>Executes the command.</summary>
    /// <param name="lists">Lists that the command supports.</param>
    /// <param name="verb">Name of the command, for the error text.</param>
    public async Task ListAsync(IReadOnlyList<AdminList> lists, string verb)
    {
        if (call.Words.Count == 0)
            throw new AdminUsageException("Type not specified");
        AdminList list = lists.FirstOrDefault(list => list.Name == call.Words[0])
            ?? throw new AdminUsageException($"Don't know how to {verb} {call.Words[0]}");
        AdminTable.Demand(call.Options.Format);
        string[] columns = call.Words.Count > 1 ? [.. call.Words.Skip(1)]
            : call.Options.Depth is null && !call.Options.Format.Contains("json", StringComparison.Ordinal) ? list.Columns
            : [];
        JsonElement items = await call.SendAsync(HttpMethod.Get, PathOf(list, columns));
        Print(items.ValueKind == JsonValueKind.Object ? JsonElement.Parse($"[{items.GetRawText()}]") : items, columns, list.JsonColumns);
    }

    /// <summary>Prints items.</summary>
    /// <param name="items">A list of objects.</param>
    /// <param name="columns">Columns; empty for all.</param>
    /// <param name="jsonColumns">Columns that show an object as JSON.</param>
    public void Print(JsonElement items, string[] columns, string[] jsonColumns)
    {
        switch (call.Options.Format)
        {
            case "raw_json":
                call.Output.WriteLine(items.GetRawText());
                return;
            case "pretty_json":
                call.Output.WriteLine(CtlJson.Sorted(items).ToIndentedText());
                return;
        }
        int depth = columns.Length > 0 ? int.MaxValue : call.Options.Depth ?? 1;
        var table = AdminTable.Of(items, columns, jsonColumns, depth);
        if (table.Rows.Count == 0)
            call.Say("No items");
        else
            table.Print(call);
    }

    private string PathOf(AdminList list, string[] columns)
    {
        string path = list.IsOfVirtualHost ? ApiPath.List(list.Path, call.Options.VirtualHost) : list.Path;
        var query = new List<string>();
        if (columns.Length > 0)
            query.Add($"columns={string.Join(',', columns.Select(Uri.EscapeDataString))}");
        if (call.Options.Value("sort") is { } sort)
            query.Add($"sort={Uri.EscapeDataString(sort)}");
        if (call.Options.Has("sort-reverse"))
            query.Add("sort_reverse=true");
        return query.Count == 0 ? path : $"{path}?{string.Join('&', query)}";
    }
}
