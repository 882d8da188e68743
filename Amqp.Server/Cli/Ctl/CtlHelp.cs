namespace Amqp.Server.Cli.Ctl;

/// <summary>The help of <c>amqpbroker ctl</c>.</summary>
internal static class CtlHelp
{
    private static readonly string[] _options =
    [
        "-n, --node <node>        the node's name in the texts; there is one node, found by --url",
        "-p, --vhost <name>       the virtual host, / unless given",
        "-t, --timeout <seconds>  how long it may take",
        "-q, --quiet              no informational messages",
        "-s, --silent             the same, and no headings",
        "--formatter <name>       table, json, csv or pretty_table",
        "--url <url>              the HTTP API; AMQPBROKER_URL; http://127.0.0.1:15672 unless given",
        "-u, --user <name>        who logs in; AMQPBROKER_USER; guest unless given",
        "--password <password>    the password; better in AMQPBROKER_PASSWORD",
        "--profile <name>         a broker of the file of profiles",
        "--config <file>          the file of profiles",
    ];

    /// <summary>As <c>rabbitmqctl</c>'s headings are.</summary>
    public static string Bold(string heading) => $"\e[1m{heading}\e[0m";

    /// <summary>All verbs.</summary>
    public static string All()
    {
        int width = CtlVerbs.Families.Max(family => family.Verbs.Max(verb => verb.Name.Length));
        IEnumerable<string> families = CtlVerbs.Families.Select(family => $"{Bold(family.Name)}:\n\n{string.Join('\n', Lines(family.Verbs))}\n");
        return $"{Bold("Usage")}\n\namqpbroker ctl [--node <node>] [--timeout <timeout>] [--quiet] <command> [<command options>]\n\nAvailable commands:\n\n{string.Join('\n', families)}\n{Options()}";

        IEnumerable<string> Lines(IEnumerable<CtlVerb> verbs) => verbs
            .OrderBy(verb => verb.Name, StringComparer.Ordinal)
            .Select(verb => $"   {verb.Name.PadRight(width)}  {verb.Description}");
    }

    /// <summary>One verb.</summary>
    public static string Of(CtlVerb verb) => $"\n{verb.UsageText}\n\n{verb.Description}\n\n{Options()}";

    private static string Options() => $"{Bold("General Options")}\n\n{string.Join('\n', _options.Select(option => $"   {option}"))}\n";
}
