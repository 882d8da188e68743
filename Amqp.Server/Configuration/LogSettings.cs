using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings of the log.</summary>
internal static class LogSettings
{
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("log.level", Level, "info", "Lowest level that is logged.",
            (target, value) => target.Options.Log.Level = value),
        Setting.Of("log.console", ValueKinds.Boolean, "true", "Write the log to standard output.",
            (target, value) => target.Options.Log.Console = value),
        Setting.Of("log.console.level", Level, "", "Lowest level that is written to standard output. Default: the value of `log.level`.",
            (target, value) => target.Options.Log.ConsoleLevel = value),
        Setting.Of("log.console.formatter", OneOf("plaintext", "json"), "plaintext", "Format of each line: text or a JSON object.",
            (target, value) => target.Options.Log.IsJson = value == "json"),
        Setting.Of("log.console.stdio", OneOf("stdout", "stderr"), "stdout", "Stream that the log is written to.",
            (target, value) => target.Options.Log.IsOnStandardError = value == "stderr"),
        Setting.Of("log.exchange", ValueKinds.Boolean, "false",
            "Also publish the log to the exchange `amq.rabbitmq.log` in `default_vhost`, with the level as routing key.",
            (target, value) => target.Options.Log.IsOnExchange = value),
        Setting.Of("log.exchange.level", Level, "",
            "Lowest level that is published to `amq.rabbitmq.log`. Default: the value of `log.level`.",
            (target, value) => target.Options.Log.ExchangeLevel = value),
        Setting.Of("log.exchange.formatter", OneOf("plaintext", "json"), "plaintext",
            "Format of the events that are published to `amq.rabbitmq.log`: text or a JSON object.",
            (target, value) => target.Options.Log.IsJsonOnExchange = value == "json"),
        Setting.Of("log.recent_lines", Integer(0, 100_000), "2000",
            "Number of log lines that the broker keeps in memory for the HTTP API, at most 4 MiB of them. `0` keeps none.",
            (target, value) => target.Options.Log.RecentLines = value),
        CategoryLevel("connection", "the category `connection`: clients that connect, disconnect or are refused"),
        CategoryLevel("channel", "the category `channel`: channels closed because of a client's error"),
        CategoryLevel("queue", "the category `queue`: faults of queues and exchanges"),
        CategoryLevel("management", "the category `management`: changes and refused requests over HTTP"),
        CategoryLevel("default", "events without a category"),
    ];

    private static Setting CategoryLevel(string category, string content) =>
        Setting.Of($"log.{category}.level", Level, "",
            $"Lowest level that is logged for {content}. Default: the value of `log.console.level`.",
            (target, value) => target.Options.Log.CategoryLevels[category] = value);
}
