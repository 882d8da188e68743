using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>Parses a command line as <c>rabbitmqctl</c> does: options may stand anywhere, even before the verb.</summary>
internal sealed class CtlInput
{
    /// <summary>
    /// Options that need a value and are valid for every verb. Maps each option to the name under which its value is stored.
    /// </summary>
    private static readonly Dictionary<string, string> _valued = new()
    {
        ["-n"] = "node",
        ["--node"] = "node",
        ["-p"] = "vhost",
        ["--vhost"] = "vhost",
        ["-t"] = "timeout",
        ["--timeout"] = "timeout",
        ["--formatter"] = "formatter",
        ["--printer"] = "printer",
        ["--file"] = "file",
        ["--erlang-cookie"] = "erlang-cookie",
        ["--script-name"] = "script-name",
        ["--rabbitmq-home"] = "rabbitmq-home",
        ["--url"] = "url",
        ["-u"] = "user",
        ["--user"] = "user",
        ["--password"] = "password",
        ["--profile"] = "profile",
        ["--config"] = "config",
    };

    private static readonly Dictionary<string, string> _flags = new()
    {
        ["-q"] = "quiet",
        ["--quiet"] = "quiet",
        ["-s"] = "silent",
        ["--silent"] = "silent",
        ["-l"] = "longnames",
        ["--longnames"] = "longnames",
        ["--dry-run"] = "dry-run",
        ["-?"] = "help",
        ["--help"] = "help",
        ["--version"] = "version",
        ["--auto-complete"] = "auto-complete",
    };

    private readonly Dictionary<string, string> _options = [];

    /// <summary>The tool that was called.</summary>
    public CtlTool Tool { get; }

    /// <summary>The unparsed command line, for error texts.</summary>
    public IReadOnlyList<string> Given { get; }

    /// <summary>The verb; null if there is none.</summary>
    public string? Verb { get; }

    /// <summary>The words after the verb, without the options.</summary>
    public List<string> Arguments { get; } = [];

    /// <summary>Invalid options: the verb does not have the option, or the option's value is missing.</summary>
    public List<string> Unknown { get; } = [];

    public bool IsQuiet => Has("quiet") || IsSilent;

    public bool IsSilent => Has("silent");

    public string Formatter => Option("formatter") ?? "table";

    /// <summary>Virtual host given with the option <c>-p</c>; null if not given.</summary>
    public string? VirtualHost => Option("vhost");

    /// <summary>Returns the address and login given on the command line.</summary>
    public LoginSettings Login(CtlVerb verb) =>
        new(
            Option("url"), verb.Options.Contains("--user") ? null : Option("user"), Option("password"), Option("profile"),
            Option("config"));

    /// <summary>Parses a command line.</summary>
    /// <param name="given">The words after the tool's name.</param>
    /// <param name="tool">The tool, which knows the verbs.</param>
    public CtlInput(IReadOnlyList<string> given, CtlTool tool)
    {
        (Given, Tool) = (given, tool);
        // The verb is the first word that is neither an option nor an option's value.
        CtlVerb? verb = null;
        for (int i = 0; i < given.Count && Verb is null; i++)
        {
            if (!IsOption(given[i]))
                (Verb, verb) = (given[i], tool.Find(given[i]));
            else if (_valued.ContainsKey(Apart(given[i], null).Last()))
                i++;
        }
        bool isVerbSeen = false, isOver = false;
        for (int i = 0; i < given.Count; i++)
        {
            string word = given[i];
            string? value = null;
            if (isOver || !IsOption(word))
            {
                if (isVerbSeen)
                    Arguments.Add(word);
                isVerbSeen = true;
                continue;
            }
            if (word == "--")
            {
                isOver = true;
                continue;
            }
            if (word.StartsWith("--", StringComparison.Ordinal) && word.IndexOf('=', StringComparison.Ordinal) is > 0 and var split)
                (word, value) = (word[..split], word[(split + 1)..]);
            foreach (string option in Apart(word, verb))
                Take(option, value, ref i);
        }

        void Take(string option, string? value, ref int i)
        {
            if (verb?.Flags.Contains(option) is true)
                _options[option.TrimStart('-')] = "";
            else if (_flags.TryGetValue(option, out string? flag) && verb?.Options.Contains(option) is not true)
                _options[flag] = "";
            else if ((verb?.Options.Contains(option) is true ? option.TrimStart('-') : _valued.GetValueOrDefault(option)) is not { } name)
                Unknown.Add(option);
            else if (value is null && (i + 1 == given.Count || IsOption(given[i + 1])))
                Unknown.Add(option); // the option's value is missing
            else
                _options[name] = value ?? given[++i];
        }
    }

    /// <summary>True if a word is an option. A lone minus or a negative number is not an option.</summary>
    private static bool IsOption(string word) => word.Length > 1 && word[0] == '-' && !char.IsAsciiDigit(word[1]);

    /// <summary>Splits combined one-letter options: <c>-qp host</c> means <c>-q -p host</c>.</summary>
    private static IEnumerable<string> Apart(string word, CtlVerb? verb) =>
        word.Length > 2 && word[0] == '-' && word[1] != '-' && word[1..].All(letter => IsShort($"-{letter}", verb))
            ? word[1..].Select(letter => $"-{letter}")
            : [word];

    private static bool IsShort(string option, CtlVerb? verb) =>
        _flags.ContainsKey(option)
            || _valued.ContainsKey(option)
            || verb is not null && (verb.Flags.Contains(option) || verb.Options.Contains(option));

    public bool Has(string option) => _options.ContainsKey(option);

    public string? Option(string name) => _options.GetValueOrDefault(name);
}
