using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The options for address and login. Values that are not given come from the environment or from a profile.</summary>
/// <param name="environment">The environment variables.</param>
internal sealed class LoginOptions(IReadOnlyDictionary<string, string> environment)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _patienceOfCompletion = TimeSpan.FromSeconds(3);

    private readonly Option<string> _url = new("--url")
    {
        HelpName = "url",
        Description =
            $"URL of the HTTP API, http://host:port or https://host:port; or AMQPBROKER_URL. Default: {LoginSettings.DefaultUrl}.",
    };

    private readonly Option<string> _user = new("--user", "-u")
    {
        HelpName = "name",
        Description = "Name of the user; or AMQPBROKER_USER. Default: guest."
    };

    private readonly Option<string> _password = new("--password")
    {
        HelpName = "password",
        Description =
            "The password. AMQPBROKER_PASSWORD or a profile is safer: other users cannot see it. On a terminal there is a prompt.",
    };

    private readonly Option<string> _profile = new("--profile")
    {
        HelpName = "name",
        Description = "Name of a broker in the profile file; or AMQPBROKER_PROFILE."
    };

    private readonly Option<string> _config = new("--config")
    {
        HelpName = "file",
        Description = "Path of the profile file. Default: ~/.config/amqpbroker/profiles.json."
    };

    private readonly Option<TimeSpan> _timeout = new("--timeout", "-t")
    {
        HelpName = "seconds",
        Description = "Time limit of a response. Default: 60.",
        DefaultValueFactory = null,
        CustomParser = result =>
        {
            if (LoginSettings.ParseTimeout(result.Tokens[0].Value) is { } limit)
                return limit;
            result.AddError($"--timeout: '{result.Tokens[0].Value}' will not do; expected seconds, or 0 for no limit");
            return _patience;
        },
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _url, _user, _password, _profile, _config, _timeout })
            command.Options.Add(option);
    }

    /// <summary>Creates an HTTP client for the broker that the command line names.</summary>
    /// <exception cref="CliException">The address or the login is missing or malformed.</exception>
    public ApiClient Connect(ParseResult result) =>
        new(
            Settings(result).Resolve(environment, PasswordPrompt.OnTerminal),
            result.GetResult(_timeout) is null ? _patience : result.GetValue(_timeout));

    /// <summary>
    /// Returns completions for a word in a shell: names of resources. Returns none if the broker does not respond within 3 seconds.
    /// </summary>
    /// <param name="context">The incomplete command line.</param>
    /// <param name="path">Returns the path of the resources' list for a virtual host.</param>
    public IEnumerable<CompletionItem> Complete(CompletionContext context, Func<string, string> path)
    {
        try
        {
            BrokerLogin login = Settings(context.ParseResult).Resolve(environment, askPassword: null);
            using var client = new ApiClient(login, _patienceOfCompletion);
            string host = context.ParseResult.GetValue(CommonOptions.VirtualHost) ?? login.VirtualHost;
            ApiAnswer answer = client.AskAsync(HttpMethod.Get, $"{path(host)}?columns=name").GetAwaiter().GetResult();
            return answer.Json.ValueKind != JsonValueKind.Array ? []
                : [.. answer.Json.EnumerateArray()
                    .Select(item => item.GetProperty("name").GetString()!)
                    .Where(name => name.Length > 0)
                    .Select(name => new CompletionItem(name))];
        }
        catch (Exception error) when (error is CliException or InvalidOperationException or KeyNotFoundException)
        {
            return []; // an error text would disturb the user's shell
        }
    }

    private LoginSettings Settings(ParseResult result) =>
        new(result.GetValue(_url), result.GetValue(_user), result.GetValue(_password), result.GetValue(_profile), result.GetValue(_config));
}
