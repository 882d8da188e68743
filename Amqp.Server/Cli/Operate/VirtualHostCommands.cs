using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker vhosts</c>.</summary>
internal static class VirtualHostCommands
{
    public static Command Create(CommandSet set)
    {
        var list = new ResourceList(
            "virtual host", "virtual hosts", _ => "vhosts", new("name"), new("messages", true), new("description"), new("tags"),
            new("default_queue_type"))
        { Special = [] };
        return set.Resource("vhosts", "List, show, add, change and delete virtual hosts.", list, Show(set), Declare(set), Delete(set));
    }

    private static Command Show(CommandSet set)
    {
        Argument<string> name = Name(set);
        return set.Create(
            "show",
            "Show one virtual host.",
            context => ResourceView.ShowAsync(context, Path(context.Get(name)), What(context.Get(name))),
            name,
            CommonOptions.Json);
    }

    private static Command Declare(CommandSet set)
    {
        var name = new Argument<string>("vhost") { Description = "Name of the virtual host." };
        var description = new Option<string?>("--description") { HelpName = "text", Description = "Description of the virtual host." };
        var tags = new Option<string?>("--tags") { HelpName = "a,b", Description = "Tags of the virtual host." };
        var type = new Option<string?>("--default-queue-type")
        {
            HelpName = "type",
            Description = "Type of queues that are declared without a type: classic or quorum."
        };
        return set.Create("declare", "Add a virtual host, or change the metadata of an existing one.", async context =>
        {
            var body = new JsonObject();
            foreach (var (field, option) in new[] { ("description", description), ("tags", tags), ("default_queue_type", type) })
                if (context.Get(option) is { } value)
                    body[field] = value;
            ApiAnswer answer = await context.Client.PutAsync(Path(context.Get(name)), body, What(context.Get(name)), context.Cancellation);
            context.Say($"{(answer.Status == HttpStatusCode.Created ? "Added" : "Changed")} virtual host '{context.Get(name)}'.");
        }, name, description, tags, type);
    }

    private static Command Delete(CommandSet set)
    {
        Argument<string> name = Name(set);
        return set.Create("delete", "Delete a virtual host with everything in it.", async context =>
        {
            await context.Client.DeleteAsync(Path(context.Get(name)), What(context.Get(name)), context.Cancellation);
            context.Say($"Deleted virtual host '{context.Get(name)}'.");
        }, name);
    }

    private static Argument<string> Name(CommandSet set) => set.Name("vhost", "The virtual host.", "vhosts", isInVirtualHost: false);

    private static string Path(string host) => ApiPath.Of("vhosts", host);

    private static string What(string host) => $"virtual host '{host}'";
}
