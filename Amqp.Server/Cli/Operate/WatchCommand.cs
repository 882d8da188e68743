using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Amqp.Server.Cli.Api;
using Amqp.Server.Cli.Bench;
using Spectre.Console;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker watch</c>, which periodically shows the queues and their message rates.</summary>
internal static class WatchCommand
{
    private const int UsualHeight = 24;

    private static readonly string[] _columns = ["vhost", "name", " ready", " unacked", " consumers", " in/s", " out/s", " ack/s"];

    public static Command Create(CommandSet set)
    {
        var interval = new Option<double>("--interval")
        {
            HelpName = "seconds",
            Description = "Time between updates.",
            DefaultValueFactory = _ => 1,
            CustomParser = ParseInterval
        };
        Option<int> count = BenchOption.Number("--count", 0, 1, 1_000_000_000, "Number of updates. Default: until Ctrl-C.");
        var filter = new Option<string[]>("--filter")
        {
            HelpName = "field>value",
            Description = "Show only queues that match, as for queues list."
        };
        return set.Create(
            "watch",
            "Watch queues and the rates of their messages. A terminal shows a live view; other outputs get a table for each update.",
            async context =>
            {
                context.TakeInterrupts();
                try
                {
                    await WatchAsync(
                        context,
                        TimeSpan.FromSeconds(context.Get(interval)),
                        context.Get(count) is > 0 and var looks ? looks : int.MaxValue,
                        context.Get(filter));
                }
                catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
                {
                    // The user ends the command with Ctrl-C, which is no error.
                }
            }, CommonOptions.VirtualHost, interval, count, filter);
    }

    private static double ParseInterval(ArgumentResult result)
    {
        if (double.TryParse(result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
            && seconds is >= 0.1 and <= 86_400)
            return seconds;
        result.AddError($"--interval: '{result.Tokens[0].Value}' will not do; expected seconds from 0.1 to 86400");
        return 1;
    }

    private static async Task WatchAsync(CommandContext context, TimeSpan pause, int most, string[]? filter)
    {
        ListFilter[] filters = [.. (filter ?? []).Select(text => new ListFilter(text))];
        RateSample earlier = await LookAsync(context, filters);
        if (!context.IsTerminal)
        {
            for (int look = 0; look < most; look++)
            {
                await Task.Delay(pause, context.Cancellation);
                RateSample now = await LookAsync(context, filters);
                PrintPlain(context, now, earlier);
                earlier = now;
            }
            return;
        }
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Output) });
        await console.Live(Table(console, context, earlier, null)).StartAsync(async live =>
        {
            for (int look = 0; look < most; look++)
            {
                live.Refresh();
                await Task.Delay(pause, context.Cancellation);
                RateSample now = await LookAsync(context, filters);
                live.UpdateTarget(Table(console, context, now, earlier));
                earlier = now;
            }
        });
    }

    private static async Task<RateSample> LookAsync(CommandContext context, ListFilter[] filters)
    {
        JsonElement queues = await context.Client.GetAsync(
            ApiPath.List("queues", context.VirtualHostOrAll), $"virtual host '{context.VirtualHost}'", context.Cancellation);
        return new RateSample(
            TimeProvider.System.GetTimestamp(),
            queues.EnumerateArray().Where(queue => filters.All(wanted => wanted.Wants(queue))).ToElement());
    }

    private static IEnumerable<string[]> Rows(RateSample now, RateSample? earlier) => now.Queues.Select(queue => (string[])
    [
        queue.Key.Host, queue.Key.Name, Number(queue.Value, "messages_ready"), Number(queue.Value, "messages_unacknowledged"),
        Number(queue.Value, "consumers"),
        now.Rate(earlier, queue.Key, "publish"), now.Rate(earlier, queue.Key, "deliver_get"), now.Rate(earlier, queue.Key, "ack"),
    ]);

    private static void PrintPlain(CommandContext context, RateSample now, RateSample? earlier)
    {
        var table = new OutputTable(null, _columns);
        foreach (string[] row in Rows(now, earlier))
            table.Add([.. row]);
        table.Print(context.Output, isTerminal: false);
        context.Output.WriteLine();
        context.Output.Flush();
    }

    private static Table Table(IAnsiConsole console, CommandContext context, RateSample now, RateSample? earlier)
    {
        var table = new Table
        {
            Border = TableBorder.Rounded,
            Title = new TableTitle(Markup.Escape($"{context.Client.Login}  {DateTime.Now:HH:mm:ss}"))
        };
        foreach (string column in _columns)
            table.AddColumn(new TableColumn(new Text(column.Trim())) { Alignment = column[0] == ' ' ? Justify.Right : Justify.Left });
        // Shows the busiest queues first, and only as many as fit on the terminal.
        int room = Math.Max(1, (console.Profile.Height > 0 ? console.Profile.Height : UsualHeight) - 6);
        string[][] rows = [.. Rows(now, earlier).OrderByDescending(row => Busy(row))];
        foreach (string[] row in rows.Take(room))
            table.AddRow(row.Select(cell => new Text(OutputTable.Clean(cell))));
        if (rows.Length > room)
            table.Caption = new TableTitle($"and {rows.Length - room} more; --filter chooses");
        return table;
    }

    private static double Busy(string[] row) => row[5..].Sum(cell => double.TryParse(cell, out double rate) ? rate : 0);

    private static string Number(JsonElement queue, string field) =>
        queue.TryGetProperty(field, out JsonElement value) ? value.GetRawText() : "-";
}
