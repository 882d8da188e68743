using System.CommandLine;
using Amqp.Server.Cli.Api;
using Amqp.Server.Cli.Bench;
using Amqp.Server.Client;
using Amqp.Server.Migration;

namespace Amqp.Server.Cli.Operate;

/// <summary>The options of <c>amqpbroker migrate</c>, and the settings that they make.</summary>
internal sealed class MigrateOptions
{
    private const string StateFile = "amqpbroker-migrate.json";
    private const string Guest = "guest";
    private const int DefaultApiPort = 15672;
    private const int DefaultPort = 5672;

    private readonly Option<AmqpUri?> _from = Address(
        "--from", "AMQP address of the source. With a virtual host in it, only that one is moved. Without a password, there is a prompt.",
        isRequired: true);
    private readonly Option<string?> _api = new("--api")
    {
        HelpName = "url",
        Description =
            "URL of the source's HTTP API, http://user:password@host:port. Default: port 15672 of the source's host, with the login of "
                + "--from.",
    };

    private readonly Option<AmqpUri?> _to = Address(
        "--to", "AMQP address of the target. Default: host and login of its HTTP API.", isRequired: false);
    private readonly Option<string?> _only = new("--only")
    {
        HelpName = "pattern",
        Description = "Only queues whose names match this regular expression, and what belongs to them.",
    };

    private readonly Option<string?> _state = new("--state")
    {
        HelpName = "file",
        Description = $"The file for the totals of all runs. Default: {StateFile} in the current directory.",
    };

    private readonly Option<int> _prefetch = BenchOption.Number(
        "--prefetch", 500, 1, 10_000, "Largest number of messages in flight for each queue; fewer for queues of large messages.");
    private readonly Option<int> _parallel = BenchOption.Number("--parallel", 4, 1, 64, "Number of queues to move at the same time.");
    private readonly Option<int> _retry = BenchOption.Number(
        "--retry", 60, 0, 86_400, "Seconds for which a broker may be unreachable during the move.");

    private AmqpUri? _asked; // the source with its password; used by the one run of the command

    public Option<bool> Definitions { get; } = new("--definitions")
    {
        Description = "Move definitions. Default: definitions and messages.",
    };

    public Option<bool> Messages { get; } = new("--messages") { Description = "Move messages. Default: definitions and messages." };

    public Option<bool> Copy { get; } = new("--copy") { Description = "Copy messages: they return to the source afterwards. Asks first." };

    public Option<bool> Yes { get; } = new("--yes") { Description = "Do not ask before --copy." };

    public Option<bool> DryRun { get; } = new("--dry-run") { Description = "Only print the plan." };

    /// <summary>All options, for the command.</summary>
    public Symbol[] Symbols =>
        [
            _from, _api, _to, Definitions, Messages, Copy, Yes, _only, CommonOptions.VirtualHost, DryRun, _state, _prefetch, _parallel,
            _retry, CommonOptions.Json,
        ];

    /// <summary>Reports combinations of options that exclude each other.</summary>
    public void Validate(System.CommandLine.Parsing.CommandResult result)
    {
        if (result.GetValue(Copy) && result.GetResult(_state) is not null)
            result.AddError("Give --copy or --state, not both: a copy cannot be resumed.");
        if (result.GetValue(Copy) && result.GetValue(Definitions) && !result.GetValue(Messages))
            result.AddError("--copy is about messages. Give --messages too, or leave out --definitions.");
    }

    /// <summary>Returns the address of the source. Asks for its password on a terminal, if the address has a user only.</summary>
    /// <exception cref="CliException">There is no password.</exception>
    public AmqpUri From(CommandContext context)
    {
        AmqpUri from = _asked ?? context.Get(_from)!;
        if (from is { User: { } user, Password: null } && user != Guest)
            from = from.WithLogin(
                user,
                PasswordPrompt.OnTerminal?.Invoke(user)
                    ?? throw new CliException(ExitCode.Usage, $"There is no password for '{user}'. Give it in --from"));
        return _asked = from;
    }

    /// <summary>Returns the login for the HTTP API of the source.</summary>
    /// <exception cref="CliException">The URL is invalid.</exception>
    public BrokerLogin SourceLogin(CommandContext context)
    {
        AmqpUri from = From(context);
        string text = context.Get(_api) is { } given
            ? given.Contains("://", StringComparison.Ordinal) ? given : $"http://{given}"
            : new UriBuilder("http", from.Host, DefaultApiPort).Uri.ToString();
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            throw new CliException(
                ExitCode.Usage,
                $"--api: '{LoginSettings.WithoutLogin(text)}' is not the URL of an HTTP API; expected http://user:password@host:port");
        string[] login = url.UserInfo.Length > 0
            ? [.. url.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString)]
            : [from.User ?? Guest, from.Password ?? Guest];
        return new BrokerLogin(
            new UriBuilder(url.Scheme, url.Host, url.Port, url.AbsolutePath).Uri, login[0], login.Length > 1 ? login[1] : "", "/")
        {
            UrlOptions = "--api",
            LoginOptions = "--api http://user:password@host:port",
        };
    }

    /// <summary>Returns the settings.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="source">The HTTP API of the source.</param>
    /// <param name="targetPort">The port for AMQP of the target, if its HTTP API tells it.</param>
    /// <exception cref="CliException">The source and the target are the same broker, or the pattern is invalid.</exception>
    public MigrationSettings Read(CommandContext context, ApiClient source, int? targetPort)
    {
        AmqpUri from = From(context), to = Target(context.Get(_to), context.Client.Login, targetPort);
        if (from.Endpoint == to.Endpoint || source.Login.Url == context.Client.Login.Url)
            throw new CliException(
                ExitCode.Usage, $"The source and the target are the same broker, {to.Endpoint}. Name the target with --url and --to");
        return new MigrationSettings(
            from, to, source, context.Client, Filter(context), context.Get(Copy), context.Get(_prefetch), context.Get(_parallel),
            TimeSpan.FromSeconds(context.Get(_retry)));
    }

    /// <summary>Returns the selection of queues.</summary>
    /// <exception cref="CliException">The pattern is invalid.</exception>
    public QueueFilter Filter(CommandContext context) =>
        new(context.VirtualHostOrAll ?? context.Get(_from)!.VirtualHost, context.Get(_only));

    public string State(CommandContext context) => context.Get(_state) ?? StateFile;

    /// <summary>Returns the address of the target. The parts that are not given are those of its HTTP API.</summary>
    private static AmqpUri Target(AmqpUri? given, BrokerLogin login, int? port)
    {
        AmqpUri uri = given ?? AmqpUri.Parse(new UriBuilder("amqp", login.Url.Host, port ?? DefaultPort).Uri.ToString());
        return uri.Password is null && (uri.User is null || uri.User == login.User) ? uri.WithLogin(login.User, login.Password) : uri;
    }

    private static Option<AmqpUri?> Address(string name, string description, bool isRequired) => new(name)
    {
        HelpName = "uri",
        Required = isRequired,
        Description = description,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (AmqpUri.TryParse(text, out AmqpUri? uri, out _) && !uri.IsLocal)
                return uri;
            result.AddError($"{name}: '{LoginSettings.WithoutLogin(text)}' will not do; expected amqp://user:password@host:port");
            return null;
        },
    };
}
