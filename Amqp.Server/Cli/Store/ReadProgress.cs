using Amqp.Storage.Inspection;
using Spectre.Console;

namespace Amqp.Server.Cli.Store;

/// <summary>Shows a progress bar on standard error while a data directory is read.</summary>
internal static class ReadProgress
{
    /// <summary>Runs a function. Shows a progress bar if standard error is a terminal, and erases the bar at the end.</summary>
    public static T Show<T>(TextWriter error, Func<IProgress<InspectionProgress>?, T> work)
    {
        if (!ReferenceEquals(error, Console.Error) || Console.IsErrorRedirected)
            return work(null);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new DownloadedColumn(),
                new RemainingTimeColumn())
            .Start(context => work(new Bar(context.AddTask("reading"))));
    }

    private sealed class Bar(ProgressTask task) : IProgress<InspectionProgress>
    {
        public void Report(InspectionProgress value)
        {
            task.MaxValue = Math.Max(1, value.BytesToRead);
            task.Value = value.BytesRead;
        }
    }
}
