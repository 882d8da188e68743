namespace Amqp.Server.Configuration;

/// <summary>The table of all settings. Each section has its rows in a file of its own.</summary>
internal static class SettingTable
{
    /// <summary>Settings with an effect, in the order of the documentation.</summary>
    public static IReadOnlyList<Setting> Effective { get; } =
    [
        .. ListenerSettings.Rows,
        .. TlsSettings.OfHttp,
        .. ManagementSettings.Rows,
        .. SocketSettings.Rows,
        .. ConnectionSettings.Rows,
        .. TlsSettings.OfAmqp,
        .. MessageSettings.Rows,
        .. AuthenticationSettings.Rows,
        .. UserSettings.Defaults,
        .. DefinitionSettings.Rows,
        .. ShovelSettings.Rows,
        .. UserSettings.Rules,
        .. IdentitySettings.Rows,
        .. LogSettings.Rows,
        .. StatisticsSettings.Rows,
        .. ProblemSettings.Rows,
        .. TelemetrySettings.Rows,
        .. EventSettings.Rows,
        .. StoreSettings.Rows,
        .. ClusterSettings.Rows,
        .. ProcessSettings.Rows,
        Setting.Of("accept_ineffective.*", ValueKinds.Boolean, "",
            "`*` is the name of a RabbitMQ setting that restricts something in RabbitMQ, but has no effect in this broker. With `true`, "
                + "the setting causes a warning and does not stop the start.",
            (target, value, how) =>
            {
                if (value)
                    target.AcceptIneffective(how.Name);
            }),
    ];

    /// <summary>Settings with an effect, followed by the settings of RabbitMQ that have no effect.</summary>
    public static IReadOnlyList<Setting> All { get; } = [.. Effective, .. RabbitMqSettings.WithoutEffect];

    /// <summary>
    /// Returns the row for a key; null if there is none. <paramref name="name"/> is the part that the wildcard matched, or empty.
    /// </summary>
    public static Setting? Find(IReadOnlyList<string> segments, out string name)
    {
        foreach (Setting setting in All)
        {
            if (setting.Key.Matches(segments, out name))
                return setting;
        }

        name = "";
        return null;
    }
}
