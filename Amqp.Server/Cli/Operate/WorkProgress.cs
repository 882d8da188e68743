using Spectre.Console;

namespace Amqp.Server.Cli.Operate;

/// <summary>Shows a progress bar on standard error during long work, if standard error is a terminal.</summary>
internal static class WorkProgress
{
    private const int WorthABar = 20;

    /// <summary>Runs a function for each item, and shows the progress.</summary>
    public static Task ShowAsync<T>(CommandContext context, string what, IReadOnlyCollection<T> items, Func<T, Task> work) =>
        ShowAsync(context, what, items.Count, async advance =>
        {
            foreach (T item in items)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                await work(item);
                advance(1);
            }
        });

    /// <summary>Runs a function that reports its own progress.</summary>
    /// <param name="context">Context of the command. The bar is written to the standard error of the command.</param>
    /// <param name="what">Label of the progress bar.</param>
    /// <param name="total">Number of steps. No bar is shown for fewer than 20 steps.</param>
    /// <param name="work">
    /// The function to run. Its argument is a callback, which it calls with the number of steps completed since the previous call.
    /// </param>
    public static async Task ShowAsync(CommandContext context, string what, long total, Func<Action<long>, Task> work)
    {
        if (total < WorthABar || !ReferenceEquals(context.Error, Console.Error) || Console.IsErrorRedirected)
        {
            await work(_ => { });
            return;
        }
        context.TakeInterrupts();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Error) });
        await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async bars =>
            {
                ProgressTask bar = bars.AddTask(what, maxValue: total);
                await work(done => bar.Increment(done));
            });
    }
}
