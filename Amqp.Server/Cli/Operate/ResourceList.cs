using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;
using Amqp.Server.Configuration;

namespace Amqp.Server.Cli.Operate;

/// <summary>A command that lists all resources of one type. Options select columns, order, filters and format.</summary>
/// <param name="singular">Name of the resource in the singular, for messages.</param>
/// <param name="plural">Name of the resource in the plural, for messages.</param>
/// <param name="path">Returns the path of the list in the HTTP API.</param>
/// <param name="columns">Default columns.</param>
internal sealed class ResourceList(string singular, string plural, Func<CommandContext, string> path, params ListColumn[] columns)
{
    private readonly Option<string?> _columns = new("--columns")
    {
        HelpName = "a,b.c",
        Description = $"The fields to show. Default: {string.Join(',', columns.Select(column => column.Path))}.",
    };

    private readonly Option<string?> _sort = new("--sort") { HelpName = "field", Description = "The field to sort by." };

    private readonly Option<bool> _reverse = new("--reverse") { Description = "Reverse the order." };

    private readonly Option<string[]> _filter = new("--filter")
    {
        HelpName = "field>value",
        Description =
            "Show only items that match: =, !=, >, <, >=, <=, ~ for a regular expression, or a part of the name; may be repeated.",
    };

    /// <summary>Name of the resource in the plural, for messages.</summary>
    public string Plural => plural;

    /// <summary>All options and arguments of the command.</summary>
    public Symbol[] Symbols => [.. Special, _columns, _sort, _reverse, _filter, CommonOptions.Json];

    /// <summary>Options and arguments that are specific to this list.</summary>
    public Symbol[] Special { get; init; } = [CommonOptions.VirtualHost];

    /// <summary>
    /// Returns the name of the object that contains the listed items. If the object does not exist, an error text names it.
    /// </summary>
    public Func<CommandContext, string> Place { get; init; } = context => $"virtual host '{context.VirtualHost}'";

    /// <summary>Prints the list.</summary>
    /// <exception cref="CliException">The broker refused the request, or a column does not exist.</exception>
    public async Task RunAsync(CommandContext context)
    {
        ListFilter[] filters = [.. (context.Get(_filter) ?? []).Select(text => new ListFilter(text))];
        ListColumn[] wanted = Wanted(context);
        if (wanted.Length == 0)
            throw new CliException(ExitCode.Usage, "--columns: expected names of fields, separated by commas");
        string? sort = context.Get(_sort);
        JsonElement answer = await context.Client.GetAsync(path(context), Place(context), context.Cancellation);
        JsonElement[] items = answer.ValueKind == JsonValueKind.Array ? [.. answer.EnumerateArray()] : [answer];
        foreach (string field in wanted.Select(column => column.Path)
            .Concat(filters.Select(filter => filter.Field))
            .Append(sort ?? columns[0].Path))
            DemandField(items, field);
        if (sort is not null)
            Array.Sort(items, (left, right) => Compare(ListColumn.Find(left, sort), ListColumn.Find(right, sort)));
        if (context.Get(_reverse))
            Array.Reverse(items);
        JsonElement[] shown = [.. items.Where(item => filters.All(filter => filter.Wants(item)))];
        if (context.Get(CommonOptions.Json))
            context.Print(
                context.Get(_columns) is null
                    ? shown.ToElement()
                    : shown.Select(item => Cut(item, wanted)).ToNode().ToElement());
        else
            Print(context, wanted, shown);
    }

    private void Print(CommandContext context, ListColumn[] wanted, JsonElement[] shown)
    {
        var table = new OutputTable(null, [.. wanted.Select(column => column.Heading)]);
        foreach (JsonElement item in shown)
            table.Add([.. wanted.Select(column => (object)column.Cell(item))]);
        table.Print(context.Output, context.IsTerminal);
        if (shown.Length == 0 && !Console.IsErrorRedirected)
            context.Error.WriteLine($"No {plural}.");
    }

    private ListColumn[] Wanted(CommandContext context) => context.Get(_columns) is not { } names ? columns
        : [.. names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(name => columns.FirstOrDefault(column => column.Path == name) ?? new ListColumn(name))];

    private void DemandField(JsonElement[] items, string field)
    {
        if (items.Length == 0 || columns.Any(column => column.Path == field) || items.Any(item => ListColumn.Find(item, field) is not null))
            return;
        string[] known = [.. items.SelectMany(item => item.EnumerateObject()).Select(property => property.Name).Distinct()];
        string remedy = Spelling.Nearest(field, known) is { } nearest
            ? $"did you mean '{nearest}'?"
            : $"there are {string.Join(", ", known)}";
        throw new CliException(ExitCode.Usage, $"No {singular} has a field '{field}'; {remedy}");
    }

    private static JsonObject Cut(JsonElement item, ListColumn[] wanted)
    {
        var cut = new JsonObject();
        foreach (ListColumn column in wanted)
            cut[column.Path] = ListColumn.Find(item, column.Path) is { } value ? JsonNode.Parse(value.GetRawText()) : null;
        return cut;
    }

    private static int Compare(JsonElement? left, JsonElement? right)
    {
        string one = left is { } a ? ListColumn.Text(a) : "", other = right is { } b ? ListColumn.Text(b) : "";
        return double.TryParse(one, CultureInfo.InvariantCulture, out double x)
            && double.TryParse(other, CultureInfo.InvariantCulture, out double y)
            ? x.CompareTo(y)
            : string.CompareOrdinal(one, other);
    }
}
