namespace Amqp.Server.Cli.Ctl;

/// <summary>A verb of one of RabbitMQ's command-line tools.</summary>
/// <param name="Name">RabbitMQ's name of the verb.</param>
/// <param name="Usage">The part of the usage text that follows the name.</param>
/// <param name="Least">Smallest number of arguments.</param>
/// <param name="Most">Largest number of arguments.</param>
/// <param name="Description">Text of the help.</param>
/// <param name="RunAsync">Executes the verb.</param>
internal sealed record CtlVerb(string Name, string Usage, int Least, int Most, string Description, Func<CtlCall, Task> RunAsync)
{
    /// <summary>The verb's options that have no value, written with their dashes.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>The verb's options that need a value, written with their dashes.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Default time limit in seconds; null if RabbitMQ's verb has no limit.</summary>
    public double? Timeout { get; init; }

    /// <summary>True if RabbitMQ's verb prints nothing when it succeeds, not even with the JSON formatter.</summary>
    public bool IsMute { get; init; }

    /// <summary>True if the verb sends no request to a broker and so needs no password.</summary>
    public bool IsLocal { get; init; }
}
