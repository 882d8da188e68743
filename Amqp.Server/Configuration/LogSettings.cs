using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>The log.</summary>
internal static class LogSettings
{
    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("log.level", Level, "info", "The least severe level logged.",
            (target, value) => target.Options.Log.Level = value),
        Setting.Of("log.console", ValueKinds.Boolean, "true", "Write the log to standard output.",
            (target, value) => target.Options.Log.Console = value),
        Setting.Of("log.console.level", Level, "", "The least severe level written to standard output; that of `log.level` unless given.",
            (target, value) => target.Options.Log.ConsoleLevel = value),
        Setting.Of("log.console.formatter", OneOf("plaintext", "json"), "plaintext", "A line of text for each event, or a JSON object in a line.",
            (target, value) => target.Options.Log.IsJson = value == "json"),
        Setting.Of("log.console.stdio", OneOf("stdout", "stderr"), "stdout", "Where the log is written.",
            (target, value) => target.Options.Log.IsOnStandardError = value == "stderr"),
        Setting.Of("log.exchange", ValueKinds.Boolean, "false", "Publish the log to the exchange `amq.rabbitmq.log` of `default_vhost` too, with the level as routing key.",
            (target, value) => target.Options.Log.IsOnExchange = value),
        Setting.Of("log.exchange.level", Level, "", "The least severe level published there; that of `log.level` unless given.",
            (target, value) => target.Options.Log.ExchangeLevel = value),
        Setting.Of("log.exchange.formatter", OneOf("plaintext", "json"), "plaintext", "What is published there for each event: a line of text, or a JSON object.",
            (target, value) => target.Options.Log.IsJsonOnExchange = value == "json"),
        CategoryLevel("connection", "clients that come, are refused and go"),
        CategoryLevel("channel", "channels that are closed for a client's mistake"),
        CategoryLevel("queue", "what queues and exchanges cannot do now"),
        CategoryLevel("management", "changes over HTTP, and who was refused there"),
        CategoryLevel("default", "all that is of no other category"),
    ];

    private static Setting CategoryLevel(string category, string content) =>
        Setting.Of($"log.{category}.level", Level, "", $"The least severe level logged of {content}; that of `log.console.level` unless given.",
            (target, value) => target.Options.Log.CategoryLevels[category] = value);
}
