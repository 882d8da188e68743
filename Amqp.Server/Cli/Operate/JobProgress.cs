using System.Globalization;
using System.Text.Json;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>Waits for the end of a job, and shows its progress. Ctrl-C cancels the job.</summary>
internal static class JobProgress
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait for the end of a cancelled job. The job stores its current batch before it ends.</summary>
    private static readonly TimeSpan _longestEnd = TimeSpan.FromSeconds(10);

    /// <summary>Waits until the job has ended.</summary>
    /// <param name="context">Context of the command.</param>
    /// <param name="started">The job as the broker returned it at its start.</param>
    /// <param name="what">Label of the progress bar.</param>
    /// <returns>The ended job.</returns>
    /// <exception cref="OperationCanceledException">The user has interrupted the command. The job is then cancelled.</exception>
    public static async Task<JsonElement> FollowAsync(CommandContext context, JsonElement started, string what)
    {
        JsonElement job = started;
        string path = ApiPath.Of("jobs", started.GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture));
        context.TakeInterrupts();
        try
        {
            // the first reply can come before the job has counted its messages
            for (int wait = 0; wait < 3 && IsRunning(job) && Total(job) == 0; wait++)
                job = await NextAsync(context, path, context.Cancellation);
            await WorkProgress.ShowAsync(context, what, Total(job), async advance =>
            {
                for (long shown = 0; ; job = await NextAsync(context, path, context.Cancellation))
                {
                    long looked = job.GetProperty("messages_looked_at").GetInt64();
                    advance(looked - shown);
                    shown = looked;
                    if (!IsRunning(job))
                        return;
                }
            });
        }
        catch (OperationCanceledException)
        {
            await CancelAsync(context, path);
            throw;
        }
        return job;
    }

    private static async Task CancelAsync(CommandContext context, string path)
    {
        using var end = new CancellationTokenSource(_longestEnd);
        await context.Client.DeleteAsync(path, "the job", end.Token);
        JsonElement job;
        do
            job = await NextAsync(context, path, end.Token);
        while (IsRunning(job));
        long done = job.GetProperty("messages_done").GetInt64();
        context.Error.WriteLine($"Cancelled. {done} {(done == 1 ? "message was" : "messages were")} handled before.");
    }

    private static async Task<JsonElement> NextAsync(CommandContext context, string path, CancellationToken cancellation)
    {
        await Task.Delay(_interval, cancellation);
        return await context.Client.GetAsync(path, "the job", cancellation);
    }

    private static bool IsRunning(JsonElement job) => job.GetProperty("state").GetString() == "running";

    private static long Total(JsonElement job) => job.GetProperty("messages_total").GetInt64();
}
