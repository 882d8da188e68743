using System.CommandLine;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker users</c>.</summary>
internal static class UserCommands
{
    private static readonly Option<string?> _newPassword = new("--new-password")
    {
        HelpName = "password",
        Description = "The user's password, or - to read it from standard input. On a terminal there is a prompt.",
    };

    public static Command Create(CommandSet set)
    {
        var list = new ResourceList("user", "users", _ => "users", new("name"), new("tags"), new("limits")) { Special = [] };
        return set.Resource(
            "users", "List, show, add, change and delete users.", list, Show(set), Declare(set), Password(set), Delete(set));
    }

    private static Command Show(CommandSet set)
    {
        Argument<string> name = Name(set);
        return set.Create(
            "show",
            "Show one user.",
            context => ResourceView.ShowAsync(context, Path(context.Get(name)), What(context.Get(name))),
            name,
            CommonOptions.Json);
    }

    private static Command Declare(CommandSet set)
    {
        var name = new Argument<string>("user") { Description = "Name of the user." };
        var tags = new Option<string>("--tags")
        {
            HelpName = "a,b",
            Description = "administrator, monitoring, policymaker, management, impersonator. Default: none.",
            DefaultValueFactory = _ => ""
        };
        var hash = new Option<string?>("--password-hash")
        {
            HelpName = "hash",
            Description = "The hash of the password, in the form of definition files, instead of the password."
        };
        var none = new Option<bool>("--no-password") { Description = "Disable logins with a password for this user." };
        return set.Create("declare", "Add a user, or set the password and tags of an existing user.", async context =>
        {
            string user = context.Get(name);
            var body = new JsonObject { ["tags"] = context.Get(tags) };
            if (context.Get(hash) is { } given)
                body["password_hash"] = given;
            else if (!context.Get(none))
                body["password"] = ReadPassword(context, user);
            else
                body["password_hash"] = "";
            ApiAnswer answer = await context.Client.PutAsync(Path(user), body, What(user), context.Cancellation);
            context.Say(
                answer.Status == HttpStatusCode.Created
                    ? $"Added user '{user}'. Grant access to a virtual host with: amqpbroker permissions set {user}"
                    : $"Changed user '{user}'.");
        }, name, _newPassword, hash, none, tags);
    }

    private static Command Password(CommandSet set)
    {
        Argument<string> name = Name(set);
        return set.Create("password", "Change a user's password and nothing else.", async context =>
        {
            string user = context.Get(name);
            JsonElement found = await context.Client.GetAsync(Path(user), What(user), context.Cancellation);
            var body = new JsonObject
            {
                ["password"] = ReadPassword(context, user),
                ["tags"] = JsonNode.Parse(found.GetProperty("tags").GetRawText())
            };
            await context.Client.PutAsync(Path(user), body, What(user), context.Cancellation);
            context.Say($"Changed the password of '{user}'.");
        }, name, _newPassword);
    }

    private static Command Delete(CommandSet set)
    {
        Argument<string> name = Name(set);
        return set.Create("delete", "Delete a user with all permissions.", async context =>
        {
            await context.Client.DeleteAsync(Path(context.Get(name)), What(context.Get(name)), context.Cancellation);
            context.Say($"Deleted user '{context.Get(name)}'.");
        }, name);
    }

    private static string ReadPassword(CommandContext context, string user) => context.Get(_newPassword) switch
    {
        "-" => Console.In.ReadLine() ?? throw new CliException(ExitCode.Usage, "There is no password on standard input"),
        { } given => given,
        null => PasswordPrompt.OnTerminal?.Invoke(user)
            ?? throw new CliException(
                ExitCode.Usage,
                $"There is no password for '{user}'. Give it with --new-password, or - there and the password on standard input"),
    };

    private static Argument<string> Name(CommandSet set) => set.Name("user", "The user.", "users", isInVirtualHost: false);

    private static string Path(string user) => ApiPath.Of("users", user);

    private static string What(string user) => $"user '{user}'";
}
