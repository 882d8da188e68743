using System.Text;

namespace AmqpBroker.Embedded.Processes;

/// <summary>Writes settings in the format of <c>rabbitmq.conf</c>.</summary>
internal static class ConfigurationText
{
    /// <summary>Default settings for brokers in tests. The caller's settings take precedence.</summary>
    private static readonly KeyValuePair<string, string>[] _defaults = [new("store.disk_reserve", "0")];

    /// <summary>Returns the text of a configuration file with these settings.</summary>
    /// <exception cref="ArgumentException">A key or value contains a line break.</exception>
    public static string Of(IEnumerable<KeyValuePair<string, string>> settings)
    {
        var text = new StringBuilder();
        foreach (KeyValuePair<string, string> setting in _defaults.Concat(settings))
        {
            if ((setting.Key + setting.Value).IndexOfAny(['\r', '\n']) >= 0)
                throw new ArgumentException($"The setting {setting.Key} contains a line break. A setting is one line.");
            text.Append(setting.Key).Append(" = ").Append(Quoted(setting.Value)).Append('\n');
        }
        return text.ToString();
    }

    // A value that ends in a backslash is not quoted, because the backslash would escape the closing quote.
    private static string Quoted(string value) =>
        value.Length > 0 && value[value.Length - 1] == '\\' ? value : $"'{value.Replace("'", "\\'")}'";
}
