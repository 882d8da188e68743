namespace Amqp.Server.Configuration;

/// <summary>Settings of the broker's process.</summary>
internal static class ProcessSettings
{
    /// <summary>Rows of the <see cref="SettingTable"/>.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("stop_when_stdin_closes", ValueKinds.Boolean, "false",
            "Stop the broker, as SIGTERM does, once its standard input closes. A program that starts the broker with a pipe as standard "
                + "input thereby never leaves it behind: the pipe closes when the program ends, even if it is killed.",
            (target, value) => target.Options.StopsWithStandardInput = value),
    ];
}
