using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>amqpbroker ctl</c> for users and their passwords.</summary>
internal static class UserVerbs
{
    private static readonly string[] _columns = ["user", "tags"];

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new(
            "add_user", "<username> <password>", 1, 2,
            "Creates a new user in the internal database. This user will have no permissions for any virtual hosts by default.", AddAsync)
        {
            Flags = ["--pre-hashed-password"],
        },
        new(
            "authenticate_user", "<username> <password>", 1, 2,
            "Attempts to authenticate a user. Exits with a non-zero code if authentication fails.", AuthenticateAsync),
        new("change_password", "<username> <password>", 1, 2, "Changes the user password", ChangeAsync),
        new("clear_password", "<username>", 1, 1, "Clears (resets) password and disables password login for a user", ClearAsync),
        new("delete_user", "<username>", 1, 1, "Removes a user from the internal database.", DeleteAsync),
        new("hash_password", "<password>", 0, 1, "Hashes a plaintext password", Hash) { IsLocal = true },
        new("list_users", "[--no-table-headers]", 0, 0, "List user names and tags", ListAsync)
        {
            Flags = ["--no-table-headers"],
            Timeout = 60
        },
        new("set_user_tags", "<username> <tag> [...]", 1, int.MaxValue, "Sets user tags", TagAsync),
    ];

    /// <summary>
    /// Hashes a password with RabbitMQ's default algorithm: a salt of four octets, followed by SHA-256 of salt and password.
    /// </summary>
    private static string HashOf(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(4);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }

    private static async Task AddAsync(CtlCall call)
    {
        string user = call[0];
        if (user.Length == 0)
            throw CtlException.BadArgument(call, "user cannot be an empty string");
        call.Announce($"Adding user \"{user}\" ...");
        string password = ReadPassword(call);
        if (await call.FindAsync(ApiPath.Of("users", user)) is not null)
            throw CtlException.Error(ExitCode.Software, $"User \"{user}\" already exists");
        var body = new JsonObject { [call.Input.Has("pre-hashed-password") ? "password_hash" : "password"] = password, ["tags"] = "" };
        await call.SendAsync(HttpMethod.Put, ApiPath.Of("users", user), body);
        const string Done =
            "Done. Don't forget to grant the user permissions to some virtual hosts! See 'rabbitmqctl help set_permissions' to learn more.";
        if (!call.Input.IsQuiet || call.IsForProgram)
            call.Say(Done, new() { ["message"] = Done, ["node"] = call.Node, ["status"] = "ok" });
    }

    private static async Task AuthenticateAsync(CtlCall call)
    {
        string user = call[0];
        call.Announce($"Authenticating user \"{user}\" ...");
        using var asUser = new ApiClient(call.Client.Login with { User = user, Password = ReadPassword(call) }, TimeSpan.FromSeconds(60));
        ApiAnswer answer = await asUser.AskAsync(HttpMethod.Get, "whoami");
        // The password is also valid if the status is 401 with another reason: the user then lacks a tag for the HTTP API.
        if (answer.Status == HttpStatusCode.Unauthorized && answer.Reason is "" or "Login failed")
            throw CtlException.Error(
                ExitCode.Refused, $"Error: failed to authenticate user \"{user}\"\nuser '{user}' - invalid credentials");
        call.Say("Success");
    }

    private static async Task ChangeAsync(CtlCall call)
    {
        call.Announce($"Changing password for user \"{call[0]}\" ...");
        string password = ReadPassword(call, ExitCode.Software);
        JsonElement user = await call.DemandUserAsync(call[0]);
        await call.SendAsync(
            HttpMethod.Put, ApiPath.Of("users", call[0]), new JsonObject { ["password"] = password, ["tags"] = Copy(user, "tags") });
    }

    private static async Task ClearAsync(CtlCall call)
    {
        call.Announce($"Clearing password for user \"{call[0]}\" ...");
        JsonElement user = await call.FindAsync(ApiPath.Of("users", call[0])) ?? throw CtlException.NoSuchUser(call[0]);
        await call.SendAsync(
            HttpMethod.Put, ApiPath.Of("users", call[0]), new JsonObject { ["password_hash"] = "", ["tags"] = Copy(user, "tags") });
    }

    private static async Task DeleteAsync(CtlCall call)
    {
        call.Announce($"Deleting user \"{call[0]}\" ...");
        await call.DeleteAsync(ApiPath.Of("users", call[0]), CtlException.NoUser(call[0]));
    }

    private static Task Hash(CtlCall call)
    {
        string password = call.Input.Arguments.Count > 0 ? call[0] : ReadLine();
        call.Announce("Will hash the password"); // rabbitmqctl prints the password here
        call.Output.WriteLine(HashOf(password));
        return Task.CompletedTask;
    }

    private static async Task ListAsync(CtlCall call)
    {
        call.Announce("Listing users ...");
        JsonElement[] users = await call.ListAsync("users");
        CtlFormat.Print(
            call, _columns, [.. users.Select(user => new[] { user.GetProperty("name"), user.GetProperty("tags") })], isStreamed: false);
    }

    private static async Task TagAsync(CtlCall call)
    {
        string name = call[0];
        // Each argument may contain several tags, separated by commas.
        string[] given = [.. call.Input.Arguments.Skip(1)],
            tags = [.. given.SelectMany(tag => tag.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        call.Announce($"Setting tags for user \"{name}\" to [{string.Join(", ", given)}] ...");
        JsonElement user = await call.DemandUserAsync(name);
        var body = new JsonObject
        {
            ["password_hash"] = Copy(user, "password_hash"),
            ["hashing_algorithm"] = Copy(user, "hashing_algorithm"),
            ["tags"] = string.Join(',', tags)
        };
        await call.SendAsync(HttpMethod.Put, ApiPath.Of("users", name), body);
    }

    private static string ReadPassword(CtlCall call, int exitCode = ExitCode.Refused)
    {
        if (call.Input.Arguments.Count > 1)
            return call[1];
        if (!Console.IsInputRedirected && PasswordPrompt.OnTerminal is not null)
            return PasswordPrompt.Ask("Password: ");
        call.Announce("Password: "); // rabbitmqctl prints the prompt even without a terminal
        return ReadLine(exitCode);
    }

    private static string ReadLine(int exitCode = ExitCode.Refused) =>
        Console.In.ReadLine() ?? throw CtlException.Error(exitCode, "Password is not provided via argument or stdin");

    private static JsonNode? Copy(JsonElement holder, string field) => JsonNode.Parse(holder.GetProperty(field).GetRawText());
}
