namespace Amqp.Server.Configuration;

/// <summary>Settings of the broker's process.</summary>
internal static class ProcessSettings
{
    /// <summary>Rows of the <see cref="SettingTable"/>.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("stop_when_stdin_closes", ValueKinds.Boolean, "false",
            "Stop the broker when its standard input closes, in the same way as on SIGTERM. If a program starts the broker with a pipe as "
                + "standard input, the broker stops when the program ends, even if the program is killed.",
            (target, value) => target.Options.StopsWithStandardInput = value),
    ];
}
