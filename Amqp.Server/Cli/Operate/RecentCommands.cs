using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Amqp.Server.Cli.Bench;

namespace Amqp.Server.Cli.Operate;

/// <summary>The commands <c>amqpbroker log</c> and <c>amqpbroker events</c>.</summary>
internal static class RecentCommands
{
    private const int MaxCount = 100_000;

    /// <summary>Time between the requests of <c>--follow</c>.</summary>
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private static readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on and print new items, until Ctrl-C." };

    private static readonly Option<string?> _search = new("--search")
    {
        HelpName = "words",
        Description = "Only items that contain all these words."
    };

    public static Command Log(CommandSet set)
    {
        var level = new Option<string?>("--level") { HelpName = "level", Description = "Only lines of this level or a more severe one." };
        var category = new Option<string?>("--category")
        {
            HelpName = "category",
            Description = "Only lines of this category: connection, channel, queue, management or default."
        };
        Option<int> count = Count("lines");
        return set.Create(
            "log",
            "Show the last lines of the broker's log.",
            context => ShowAsync(
                context, "log", context.Get(count), Line, ("level", context.Get(level)), ("category", context.Get(category))),
            count, level, category, _search, _follow, CommonOptions.Json);
    }

    public static Command Events(CommandSet set)
    {
        Option<int> count = Count("events");
        return set.Create(
            "events",
            "Show the last events, such as declared queues, new connections, and changes over the HTTP API.",
            context => ShowAsync(context, "events", context.Get(count), Event),
            count, _search, _follow, CommonOptions.Json);
    }

    private static Option<int> Count(string what) => BenchOption.Number("--count", 50, 1, MaxCount, $"Number of {what} to begin with.");

    private static async Task ShowAsync(
        CommandContext context,
        string resource,
        int count,
        Func<JsonElement, string> format,
        params (string Name, string? Value)[] filters)
    {
        string query = string.Concat(
            filters.Append((Name: "q", Value: context.Get(_search))).Where(filter => filter.Value is not null)
                .Select(filter => $"&{filter.Name}={Uri.EscapeDataString(filter.Value!)}"));
        bool isFollowing = context.Get(_follow), isJson = context.Get(CommonOptions.Json);
        JsonElement page = await AskAsync(string.Create(CultureInfo.InvariantCulture, $"{resource}?limit={count}{query}"));
        if (isJson && !isFollowing)
        {
            context.Print(page.GetProperty("items"));
            return;
        }
        Print(page);
        if (!isFollowing)
            return;
        context.TakeInterrupts();
        try
        {
            while (true)
            {
                await Task.Delay(_interval, context.Cancellation);
                long next = page.GetProperty("next").GetInt64();
                page = await AskAsync(string.Create(CultureInfo.InvariantCulture, $"{resource}?limit={MaxCount}&after={next}{query}"));
                Print(page);
            }
        }
        catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
        {
            // The user ends the command with Ctrl-C, which is no error.
        }

        Task<JsonElement> AskAsync(string path) => context.Client.GetAsync(path, $"/api/{resource}", context.Cancellation);

        void Print(JsonElement page)
        {
            foreach (JsonElement item in page.GetProperty("items").EnumerateArray())
                context.Output.WriteLine(isJson ? item.ToText() : format(item));
            context.Output.Flush();
        }
    }

    /// <summary>Formats a line as the broker's log does. The lines of an exception follow.</summary>
    private static string Line(JsonElement line)
    {
        IEnumerable<string> text = line.GetProperty("text").GetString()!.Split('\n').Select(part => OutputTable.Clean(part.TrimEnd('\r')));
        return $"{Time(line)} [{line.GetProperty("level").GetString()}] {string.Join('\n', text)}";
    }

    private static string Event(JsonElement happened)
    {
        IEnumerable<string> facts = happened.GetProperty("facts").EnumerateObject()
            .Where(fact => fact.Name != "user_who_performed_action")
            .Select(fact => $"{fact.Name}: {ListColumn.Text(fact.Value)}");
        string user = happened.GetProperty("user").GetString() is { } name ? $" by '{name}'" : "";
        return OutputTable.Clean($"{Time(happened)} {happened.GetProperty("name").GetString()}{user}: {string.Join(", ", facts)}");
    }

    private static string Time(JsonElement item) => DateTimeOffset.FromUnixTimeMilliseconds(item.GetProperty("time").GetInt64())
        .ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
