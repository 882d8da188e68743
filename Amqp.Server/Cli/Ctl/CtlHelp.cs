namespace Amqp.Server.Cli.Ctl;

/// <summary>The help texts of <c>amqpbroker ctl</c> and <c>amqpbroker plugins</c>.</summary>
internal static class CtlHelp
{
    private static readonly string[] _options =
    [
        "-n, --node <node>        node name in the texts; the broker itself is found by --url",
        "-p, --vhost <name>       virtual host; default: /",
        "-t, --timeout <seconds>  time limit of the command",
        "-q, --quiet              no informational messages",
        "-s, --silent             no informational messages and no headings",
        "--formatter <name>       table, json, csv or pretty_table",
        "--url <url>              URL of the HTTP API; or AMQPBROKER_URL; default: http://127.0.0.1:15672",
        "-u, --user <name>        name of the user; or AMQPBROKER_USER; default: guest",
        "--password <password>    password; AMQPBROKER_PASSWORD is safer",
        "--profile <name>         name of a broker in the profile file",
        "--config <file>          path of the profile file",
    ];

    /// <summary>Formats a heading in bold, as <c>rabbitmqctl</c> does.</summary>
    public static string Bold(string heading) => $"\e[1m{heading}\e[0m";

    /// <summary>Returns the help text that lists all verbs.</summary>
    public static string All(CtlTool tool)
    {
        int width = tool.Families.Max(family => family.Verbs.Max(verb => verb.Name.Length));
        IEnumerable<string> families = tool.Families.Select(
            family => $"{Bold(family.Name)}:\n\n{string.Join('\n', Lines(family.Verbs))}\n");
        return $"{Bold("Usage")}\n\n{tool.Program} [--node <node>] [--timeout <timeout>] [--quiet] <command> "
            + $"[<command options>]\n\nAvailable commands:\n\n{string.Join('\n', families)}\n{Options()}";

        IEnumerable<string> Lines(IEnumerable<CtlVerb> verbs) => verbs
            .OrderBy(verb => verb.Name, StringComparer.Ordinal)
            .Select(verb => $"   {verb.Name.PadRight(width)}  {verb.Description}");
    }

    /// <summary>Returns the help for one verb.</summary>
    public static string Of(CtlTool tool, CtlVerb verb) => $"\n{tool.UsageOf(verb)}\n\n{verb.Description}\n\n{Options()}";

    private static string Options() => $"{Bold("General Options")}\n\n{string.Join('\n', _options.Select(option => $"   {option}"))}\n";
}
