using System.Diagnostics;
using System.Globalization;
using Amqp.Server.Migration;
using Spectre.Console;

namespace Amqp.Server.Cli.Operate;

/// <summary>Shows the progress of a move on standard error: bars on a terminal, otherwise a line every few seconds.</summary>
/// <remarks>Used by one task.</remarks>
/// <param name="context">The command.</param>
/// <param name="run">The move.</param>
internal sealed class MigrateProgress(CommandContext context, MigrationRun run)
{
    private static readonly TimeSpan _frame = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _line = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Dictionary<QueueProgress, string> _said = [];

    private long Moved => run.Queues.Sum(queue => queue.Moved);

    private long Expected => run.Queues.Sum(queue => queue.Expected);

    private double Rate => Moved / Math.Max(0.001, _watch.Elapsed.TotalSeconds);

    /// <summary>Shows the progress until the work ends.</summary>
    public async Task ShowAsync(Task work)
    {
        if (ReferenceEquals(context.Error, Console.Error) && !Console.IsErrorRedirected)
            await ShowBarsAsync(work);
        else
            await ShowLinesAsync(work);
        await work;
    }

    private async Task ShowLinesAsync(Task work)
    {
        TimeSpan next = _line;
        while (!await EndsAsync(work))
        {
            SayChanges();
            if (_watch.Elapsed < next)
                continue;
            next = _watch.Elapsed + _line;
            double left = (Expected - Moved) / Math.Max(0.001, Rate);
            await context.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{Moved:N0} of {Expected:N0} messages, {Rate:N0}/s, {left:N0} s left; "
                    + $"{run.Queues.Count(queue => queue.IsDone)} of {run.Queues.Count} queues are done"));
        }
    }

    /// <summary>Prints a line for each queue that is interrupted or blocked since the last call.</summary>
    private void SayChanges()
    {
        foreach (QueueProgress queue in run.Queues)
        {
            string now = StateOf(queue);
            if (now.Length > 0 && _said.GetValueOrDefault(queue) != now)
                context.Error.WriteLine($"{OutputTable.Clean(queue.Queue.Key.ToString())}: {now}");
            _said[queue] = now;
        }
    }

    private Task ShowBarsAsync(Task work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Error) });
        return console.Progress()
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async bars =>
            {
                ProgressTask all = bars.AddTask("all queues");
                var shown = new Dictionary<QueueProgress, ProgressTask>();
                do
                {
                    foreach (QueueProgress queue in run.Queues)
                        Show(queue, bars, shown);
                    all.MaxValue = Math.Max(1, Expected);
                    all.Value = Math.Min(Moved, all.MaxValue - 0.5); // the bar stays until the end
                    all.Description = string.Create(CultureInfo.InvariantCulture, $"all queues, {Rate:N0}/s");
                }
                while (!await EndsAsync(work));
            });
    }

    private static void Show(QueueProgress queue, ProgressContext bars, Dictionary<QueueProgress, ProgressTask> shown)
    {
        string state = StateOf(queue);
        if (!shown.TryGetValue(queue, out ProgressTask? bar))
        {
            if (queue.IsDone || queue.Moved == 0 && state.Length == 0)
                return;
            shown[queue] = bar = bars.AddTask("");
        }
        bar.Description = Markup.Escape(OutputTable.Clean($"{queue.Queue.Key}{(state.Length == 0 ? "" : $": {state}")}"));
        bar.MaxValue = Math.Max(1, queue.Expected);
        bar.Value = queue.IsDone ? bar.MaxValue : Math.Min(queue.Moved, bar.MaxValue - 0.5);
    }

    private static string StateOf(QueueProgress queue) =>
        queue.IsDone ? ""
        : queue.Interruption is { } reason ? $"{reason}; connecting again"
        : queue.IsBlocked ? "the target is blocked by an alarm; waiting"
        : "";

    /// <returns>True if the work has ended within a frame.</returns>
    private static async Task<bool> EndsAsync(Task work) => await Task.WhenAny(work, Task.Delay(_frame)) == work;
}
