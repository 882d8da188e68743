namespace Amqp.Server.Configuration;

/// <summary>All settings, with one file of rows for each section.</summary>
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
        .. UserSettings.Rules,
        .. IdentitySettings.Rows,
        .. LogSettings.Rows,
        .. StatisticsSettings.Rows,
        .. TelemetrySettings.Rows,
        .. EventSettings.Rows,
        .. StoreSettings.Rows,
        .. ProcessSettings.Rows,
        Setting.Of("accept_ineffective.*", ValueKinds.Boolean, "",
            "The rest of this key is the name of a RabbitMQ setting that this broker does not have and that restricts something. "
                + "With `true`, the broker starts with a warning although the setting is present.",
            (target, value, how) =>
            {
                if (value)
                    target.AcceptIneffective(how.Name);
            }),
    ];

    /// <summary>Settings with an effect, then RabbitMQ's settings without effect.</summary>
    public static IReadOnlyList<Setting> All { get; } = [.. Effective, .. RabbitMqSettings.WithoutEffect];

    /// <summary>
    /// Returns the row for a key; null if there is none. The name is the part that the key's wildcard matched; empty without a wildcard.
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
