using System.Globalization;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Admin;

/// <summary>A command line of <c>rabbitmqadmin</c>, split into options and other words. Options may stand anywhere.</summary>
internal sealed class AdminOptions
{
    private const string DefaultPort = "15672";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    /// <summary>Options that need a value: the short name, and the long name without its dashes.</summary>
    private static readonly Dictionary<string, string> _valued = new()
    {
        ["-H"] = "host",
        ["-P"] = "port",
        ["-V"] = "vhost",
        ["-u"] = "username",
        ["-p"] = "password",
        ["-U"] = "base-uri",
        ["-t"] = "request-timeout",
        ["-f"] = "format",
        ["-S"] = "sort",
        ["-d"] = "depth",
        ["--path-prefix"] = "path-prefix",
    };

    private static readonly Dictionary<string, string> _flags = new()
    {
        ["-h"] = "help",
        ["-q"] = "quiet",
        ["-s"] = "ssl",
        ["-R"] = "sort-reverse",
        ["--version"] = "version",
    };

    /// <summary>Options of <c>rabbitmqadmin</c> that are refused, each with an alternative for the error text.</summary>
    private static readonly Dictionary<string, string> _refused = new()
    {
        ["-c"] = "give host, port and login with -H, -P, -u and -p",
        ["--config"] = "give host, port and login with -H, -P, -u and -p",
        ["-N"] = "give host, port and login with -H, -P, -u and -p",
        ["--node"] = "give host, port and login with -H, -P, -u and -p",
        ["-k"] = "name the authority's certificate in the variable SSL_CERT_FILE",
        ["--ssl-insecure"] = "name the authority's certificate in the variable SSL_CERT_FILE",
        ["--ssl-ca-cert-file"] = "name the authority's certificate in the variable SSL_CERT_FILE",
        ["--ssl-disable-hostname-verification"] = "use a name from the certificate",
        ["--ssl-key-file"] = "log in with a password",
        ["--ssl-cert-file"] = "log in with a password",
        ["--bash-completion"] = "use amqpbroker completion bash",
    };

    private readonly Dictionary<string, string> _options = [];

    /// <summary>Parses a command line.</summary>
    /// <exception cref="AdminUsageException">An option is unknown, or lacks its value.</exception>
    public AdminOptions(IReadOnlyList<string> given)
    {
        var words = new List<string>();
        for (int i = 0; i < given.Count; i++)
        {
            string word = given[i];
            if (word.Length < 2 || word[0] != '-')
            {
                words.Add(word);
                continue;
            }
            // -Vname means -V name, and --vhost=name means --vhost name
            int end = word[1] != '-' ? 2 : word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals ? equals : word.Length;
            string option = word[..end];
            string? value = end == word.Length ? null : word[1] == '-' ? word[(end + 1)..] : word[end..];
            if (_refused.TryGetValue(option, out string? alternative))
                throw new AdminUsageException($"{option} cannot be done: {alternative}");
            if (Named(_flags, option) is { } flag)
                _options[flag] = "";
            else if (Named(_valued, option) is not { } name)
                throw new AdminUsageException($"no such option: {option}");
            else
                _options[name] = value ?? (++i < given.Count ? given[i] : throw new AdminUsageException($"{option} requires an argument"));
        }
        Words = [.. words];
    }

    /// <summary>The words that are neither options nor values of options.</summary>
    public string[] Words { get; }

    /// <summary>The broker's host, as printed in messages.</summary>
    public string Host => Value("host") ?? "localhost";

    /// <summary>Virtual host; null if none is given.</summary>
    public string? VirtualHost => Value("vhost");

    public string Format => Value("format") ?? "table";

    public bool IsQuiet => Has("quiet");

    /// <summary>Greatest nesting level at which fields become columns; null if not given.</summary>
    public int? Depth => Value("depth") is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int depth) ? depth
        : throw new AdminUsageException($"--depth: '{text}' is no whole number");

    /// <summary>Longest time for a response.</summary>
    public TimeSpan Limit => Value("request-timeout") is not { } text ? _patience
        : LoginSettings.ParseTimeout(text) ?? throw new AdminUsageException($"--request-timeout: '{text}' is no number of seconds");

    /// <summary>The address and login given on the command line.</summary>
    public LoginSettings Login => new(Url, Value("username"), Value("password"), null, null);

    public bool Has(string option) => _options.ContainsKey(option);

    public string? Value(string option) => _options.GetValueOrDefault(option);

    private string? Url
    {
        get
        {
            if (Value("base-uri") is { } uri)
                return uri;
            if (!Has("host") && !Has("port") && !Has("ssl") && !Has("path-prefix"))
                return null;
            // the default host of all commands
            string host = Value("host") ?? "127.0.0.1";
            return $"{(Has("ssl") ? "https" : "http")}://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}"
                + $":{Value("port") ?? DefaultPort}{Value("path-prefix")}";
        }
    }

    private static string? Named(Dictionary<string, string> options, string option) =>
        options.TryGetValue(option, out string? name) ? name
        : option.StartsWith("--", StringComparison.Ordinal) && options.ContainsValue(option[2..]) ? option[2..]
        : null;
}
