using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The options that say which broker is meant. The same for every command; the environment and profiles fill in what they leave open.</summary>
/// <param name="environment">The environment variables.</param>
internal sealed class LoginOptions(IReadOnlyDictionary<string, string> environment)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _patienceOfCompletion = TimeSpan.FromSeconds(3);

    private readonly Option<string> _url = new("--url")
    {
        HelpName = "url",
        Description = $"The broker's HTTP API, http://host:port or https://host:port; AMQPBROKER_URL. {LoginSettings.DefaultUrl} unless given.",
    };

    private readonly Option<string> _user = new("--user", "-u") { HelpName = "name", Description = "Who logs in; AMQPBROKER_USER. guest unless given." };

    private readonly Option<string> _password = new("--password")
    {
        HelpName = "password",
        Description = "The password; better in AMQPBROKER_PASSWORD or a profile, where other users do not see it. Asked for on a terminal.",
    };

    private readonly Option<string> _profile = new("--profile") { HelpName = "name", Description = "A broker of the file of profiles; AMQPBROKER_PROFILE." };

    private readonly Option<string> _config = new("--config") { HelpName = "file", Description = "The file of profiles. ~/.config/amqpbroker/profiles.json unless given." };

    private readonly Option<TimeSpan> _timeout = new("--timeout", "-t")
    {
        HelpName = "seconds",
        Description = "How long an answer may take. 60 unless given.",
        DefaultValueFactory = null,
        CustomParser = result =>
        {
            if (LoginSettings.ParseTimeout(result.Tokens[0].Value) is { } limit)
                return limit;
            result.AddError($"--timeout: '{result.Tokens[0].Value}' will not do; expected seconds, or 0 for no limit");
            return _patience;
        },
    };

    /// <summary>Gives a command all these options.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _url, _user, _password, _profile, _config, _timeout })
            command.Options.Add(option);
    }

    /// <summary>A client of the broker that the command means.</summary>
    /// <exception cref="CliException">It is not clear which that is.</exception>
    public ApiClient Connect(ParseResult result) =>
        new(Settings(result).Resolve(environment, PasswordPrompt.OnTerminal), result.GetResult(_timeout) is null ? _patience : result.GetValue(_timeout));

    /// <summary>Names of a resource, for a shell to complete; none when the broker does not answer soon.</summary>
    /// <param name="context">What has been typed.</param>
    /// <param name="path">A list of the HTTP API, for the virtual host that is meant.</param>
    public IEnumerable<CompletionItem> Complete(CompletionContext context, Func<string, string> path)
    {
        try
        {
            BrokerLogin login = Settings(context.ParseResult).Resolve(environment, askPassword: null);
            using var client = new ApiClient(login, _patienceOfCompletion);
            string host = context.ParseResult.GetValue(CommonOptions.VirtualHost) ?? login.VirtualHost;
            ApiAnswer answer = client.AskAsync(HttpMethod.Get, $"{path(host)}?columns=name").GetAwaiter().GetResult();
            return answer.Json.ValueKind != JsonValueKind.Array ? []
                : [.. answer.Json.EnumerateArray().Select(item => item.GetProperty("name").GetString()!).Where(name => name.Length > 0).Select(name => new CompletionItem(name))];
        }
        catch (Exception error) when (error is CliException or InvalidOperationException or KeyNotFoundException)
        {
            return []; // a shell that completes is no place for messages
        }
    }

    private LoginSettings Settings(ParseResult result) =>
        new(result.GetValue(_url), result.GetValue(_user), result.GetValue(_password), result.GetValue(_profile), result.GetValue(_config));
}
