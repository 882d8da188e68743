using System.CommandLine;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker jobs</c>.</summary>
internal static class JobCommands
{
    public static Command Create(CommandSet set)
    {
        var list = new ResourceList(
            "job", "jobs", _ => "jobs",
            new("id", true),
            new("kind"),
            new("state"),
            new("vhost"),
            new("source"),
            new("destination"),
            new("messages_total", true),
            new("messages_looked_at", true),
            new("messages_done", true),
            new("messages_skipped", true),
            new("user"))
        {
            Special = [],
        };
        return set.Resource("jobs", "List, show and cancel jobs, which move or copy many messages.", list, Show(set), Cancel(set));
    }

    private static Command Show(CommandSet set)
    {
        Argument<string> id = Id();
        return set.Create(
            "show", "Show all fields of one job.",
            context => ResourceView.ShowAsync(context, ApiPath.Of("jobs", context.Get(id)), $"job {context.Get(id)}"),
            id, CommonOptions.Json);
    }

    private static Command Cancel(CommandSet set)
    {
        Argument<string> id = Id();
        return set.Create("cancel", "End a job early. The messages that it has moved stay where they are.", async context =>
        {
            string job = context.Get(id);
            await context.Client.DeleteAsync(ApiPath.Of("jobs", job), $"job {job}", context.Cancellation);
            context.Say($"Cancelled job {job}.");
        }, id);
    }

    private static Argument<string> Id() => new("job") { Description = "Id of the job, from the list." };
}
