using Amqp.Server.Configuration;

namespace Amqp.Server.Cli.Ctl;

/// <summary>A replacement for one of RabbitMQ's command-line tools: its verbs, and its name in the help.</summary>
internal sealed class CtlTool
{
    private readonly Dictionary<string, CtlVerb> _byName;

    private CtlTool(
        string program,
        string description,
        IReadOnlyList<(string Name, IReadOnlyList<CtlVerb> Verbs)> families,
        IEnumerable<CtlVerb> refused)
    {
        (Program, Description, Families) = (program, description, families);
        _byName = families.SelectMany(family => family.Verbs).Concat(refused).ToDictionary(verb => verb.Name);
    }

    /// <summary>The words with which a user calls the tool, such as <c>amqpbroker ctl</c> or <c>rabbitmqctl</c>.</summary>
    public string Program { get; }

    /// <summary>Description of the tool in the help of <c>amqpbroker</c>.</summary>
    public string Description { get; }

    /// <summary>The supported verbs, grouped by subject.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<CtlVerb> Verbs)> Families { get; }

    /// <summary>Creates the tool with the verbs of <c>rabbitmqctl</c>, <c>rabbitmq-diagnostics</c> and <c>rabbitmq-queues</c>.</summary>
    /// <param name="program">The words with which a user calls the tool.</param>
    public static CtlTool Ctl(string program) => new(
        program, "Accept rabbitmqctl's commands and print its output: a replacement for rabbitmqctl.", CtlVerbs.Families, RefusedVerbs.All);

    /// <summary>Creates the tool with the verbs of <c>rabbitmq-plugins</c>.</summary>
    /// <inheritdoc cref="Ctl"/>
    public static CtlTool Plugins(string program) => new(
        program,
        "Show which of RabbitMQ's plugins are built into this broker: a replacement for rabbitmq-plugins.",
        [("Plugin Management", PluginVerbs.All)],
        []);

    /// <summary>Returns the verb with a name; null if there is none.</summary>
    public CtlVerb? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Returns the name of a verb that is similar to a misspelled name; null if no name is similar.</summary>
    public string? Nearest(string name) => Spelling.Nearest(name, _byName.Keys);

    /// <summary>Returns the usage text of a verb for the help.</summary>
    public string UsageOf(CtlVerb verb) =>
        $"{CtlHelp.Bold("Usage")}\n\n{Program} [--node <node>] [--longnames] [--quiet] "
            + $"{verb.Name}{(verb.Usage.Length > 0 ? $" {verb.Usage}" : "")}";
}
