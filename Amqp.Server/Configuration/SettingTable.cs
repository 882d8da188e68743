namespace Amqp.Server.Configuration;

/// <summary>Every setting, one row each: parsing, "did you mean", <c>config check</c> and the check of the documentation all read these rows.</summary>
/// <remarks>The rows stand in files of their own, by section.</remarks>
internal static class SettingTable
{
    /// <summary>The settings that the broker acts on, in the order of the documentation.</summary>
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
        Setting.Of("accept_ineffective.*", ValueKinds.Boolean, "", "`true` lets the broker start although the setting of RabbitMQ's that follows restricts something and has no effect here; it is warned of.",
            (target, value, how) =>
            {
                if (value)
                    target.AcceptIneffective(how.Name);
            }),
    ];

    /// <summary>The effective settings, then those without effect.</summary>
    public static IReadOnlyList<Setting> All { get; } = [.. Effective, .. RabbitMqSettings.WithoutEffect];

    /// <summary>The row for a key, or null.</summary>
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
