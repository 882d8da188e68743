namespace Amqp.Server.Cli.Ctl;

/// <summary>A verb of <c>rabbitmqctl</c>, <c>rabbitmq-diagnostics</c> or another of their family.</summary>
/// <param name="Name">As RabbitMQ calls it.</param>
/// <param name="Usage">What follows the name in the usage.</param>
/// <param name="Least">How many arguments it needs.</param>
/// <param name="Most">How many it takes.</param>
/// <param name="Description">For the help.</param>
/// <param name="RunAsync">Does it.</param>
internal sealed record CtlVerb(string Name, string Usage, int Least, int Most, string Description, Func<CtlCall, Task> RunAsync)
{
    /// <summary>Options of its own without a value, with their dashes.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>Options of its own with a value, with their dashes.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Seconds it has unless told otherwise; null when RabbitMQ's has no limit.</summary>
    public double? Timeout { get; init; }

    /// <summary>Whether even a program is not told that it is done, as with RabbitMQ's.</summary>
    public bool IsMute { get; init; }

    /// <summary>Whether it asks a broker as a user; a verb that does not must not fail for want of a password.</summary>
    public bool IsLocal { get; init; }

    /// <summary>The line of the help.</summary>
    public string UsageText => $"{CtlHelp.Bold("Usage")}\n\namqpbroker ctl [--node <node>] [--longnames] [--quiet] {Name}{(Usage.Length > 0 ? $" {Usage}" : "")}";
}
