namespace Amqp.Server.Cli.Admin;

/// <summary>The help text of <c>amqpbroker admin</c>.</summary>
internal static class AdminHelp
{
    private const string Options = """
        Options
          -H, --host HOST              host of the HTTP API; default: 127.0.0.1
          -P, --port PORT              port of the HTTP API; default: 15672
          -s, --ssl                    use HTTPS
          --path-prefix PATH           path before /api
          -U, --base-uri URI           the four options above in one
          -V, --vhost VHOST            virtual host; default: all for list, / for other commands
          -u, --username NAME          name of the user; default: guest
          -p, --password PASSWORD      password of the user
          -t, --request-timeout SECS   longest time for a response; default: 120
          -q, --quiet                  no messages about success
          -f, --format FORMAT          raw_json, pretty_json, tsv, long, table, kvp or bash
          -S, --sort COLUMN            column to sort by
          -R, --sort-reverse           reverse the order
          -d, --depth DEPTH            depth to which fields of fields are columns; default: 1
        """;

    /// <summary>Returns the help.</summary>
    /// <param name="program">The words that start the command.</param>
    public static string Text(string program)
    {
        IEnumerable<string> lines =
        [
            .. AdminLists.Listable.Select(list => $"list {list.Name} [<column>...]"),
            .. AdminLists.Showable.Select(list => $"show {list.Name} [<column>...]"),
            .. AdminObjects.Declarable.Select(type => $"declare {type.Name} {Arguments(type)}"),
            .. AdminObjects.Deletable.Select(type => $"delete {type.Name} {Arguments(type)}"),
            .. AdminObjects.Closable.Select(type => $"close {type.Name} {Arguments(type)}"),
            .. AdminObjects.Purgable.Select(type => $"purge {type.Name} {Arguments(type)}"),
            "export <file>",
            "import <file>",
            $"publish {Arguments(AdminObjects.Published)}",
            $"get {Arguments(AdminObjects.Fetched)}",
        ];
        return $"Usage: {program} [options] subcommand\n\nSubcommands\n{string.Join('\n', lines.Select(line => $"  {line}"))}\n\n{Options}";
    }

    private static string Arguments(AdminObject type)
    {
        string mandatory = string.Join(' ', type.Mandatory.Select(name => $"{name}=..."));
        return type.Optional is null or { Count: 0 }
            ? mandatory
            : $"{mandatory} [{string.Join(' ', type.Optional.Keys.Select(name => $"{name}=..."))}]";
    }
}
