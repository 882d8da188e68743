using Spectre.Console;

namespace Amqp.Server.Cli.Operate;

/// <summary>A bar on standard error while many things are done, when somebody is there to see it.</summary>
internal static class WorkProgress
{
    private const int WorthABar = 20;

    /// <summary>Does something with each item.</summary>
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

    /// <summary>Does work that is counted.</summary>
    /// <param name="context">Where to show it.</param>
    /// <param name="what">What is being done, in a word.</param>
    /// <param name="total">How much there is to do; for little there is no bar.</param>
    /// <param name="work">Gets what to tell about each piece that is done.</param>
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
