namespace Amqp.Server.Configuration;

/// <summary>
/// Reads the environment variables of RabbitMQ and of its container image. A variable that the image rejects is an error here too. One
/// warning names all unsupported variables.
/// </summary>
internal static class RabbitMqEnvironment
{
    /// <summary>Variable that names the configuration file, with or without its extension.</summary>
    public const string ConfigFile = Prefix + "CONFIG_FILE";

    /// <summary>Variable that names a folder of further configuration files, or a pattern of their names.</summary>
    public const string ConfigFiles = Prefix + "CONFIG_FILES";

    private const string Prefix = "RABBITMQ_";
    private const string Port = Prefix + "NODE_PORT";
    private const string Address = Prefix + "NODE_IP_ADDRESS";
    private const string Levels = Prefix + "LOG";
    private const string LogFile = Prefix + "LOGS";

    /// <summary>Source of the warning about all unsupported variables.</summary>
    private static readonly SettingSource _environment = new("environment", SettingSource.OthersEnvironment);

    private static readonly Dictionary<string, string> _keys = new()
    {
        [Prefix + "DEFAULT_USER"] = "default_user",
        [Prefix + "DEFAULT_PASS"] = "default_pass",
        [Prefix + "DEFAULT_VHOST"] = "default_vhost",
        [Prefix + "PRODUCT_NAME"] = "product.name",
        [Prefix + "PRODUCT_VERSION"] = "product.version",
    };

    /// <summary>
    /// Variables of images before 3.9, and the keys that replaced them. Newer images refuse to start if one of these variables is set.
    /// </summary>
    private static readonly Dictionary<string, string> _former = new()
    {
        [Prefix + "DEFAULT_USER_FILE"] = "default_user",
        [Prefix + "DEFAULT_PASS_FILE"] = "default_pass",
        [Prefix + "VM_MEMORY_HIGH_WATERMARK"] = "vm_memory_high_watermark.relative",
        [Prefix + "SSL_CERTFILE"] = "ssl_options.certfile",
        [Prefix + "SSL_KEYFILE"] = "ssl_options.keyfile",
        [Prefix + "SSL_CACERTFILE"] = "ssl_options.cacertfile",
        [Prefix + "SSL_VERIFY"] = "ssl_options.verify",
        [Prefix + "SSL_DEPTH"] = "ssl_options.depth",
        [Prefix + "SSL_FAIL_IF_NO_PEER_CERT"] = "ssl_options.fail_if_no_peer_cert",
        [Prefix + "MANAGEMENT_SSL_CERTFILE"] = "management.ssl.certfile",
        [Prefix + "MANAGEMENT_SSL_KEYFILE"] = "management.ssl.keyfile",
        [Prefix + "MANAGEMENT_SSL_CACERTFILE"] = "management.ssl.cacertfile",
        [Prefix + "MANAGEMENT_SSL_VERIFY"] = "management.ssl.verify",
        [Prefix + "MANAGEMENT_SSL_DEPTH"] = "management.ssl.depth",
        [Prefix + "MANAGEMENT_SSL_FAIL_IF_NO_PEER_CERT"] = "management.ssl.fail_if_no_peer_cert",
    };

    /// <summary>Returns the settings in the variables.</summary>
    /// <param name="variables">Environment variables by name.</param>
    /// <param name="fileHasListeners">
    /// True if a configuration file names AMQP listeners. As in RabbitMQ, such a file makes the port and address in the environment
    /// ineffective.
    /// </param>
    /// <param name="errors">Receives an error for each variable that RabbitMQ's image rejects.</param>
    /// <param name="warnings">Receives one warning that names all unsupported variables.</param>
    public static IReadOnlyList<Assignment> Read(
        IReadOnlyDictionary<string, string> variables,
        bool fileHasListeners,
        ICollection<SettingRemark> errors,
        ICollection<SettingRemark> warnings)
    {
        var assignments = new List<Assignment>();
        var unread = new List<string>();
        // An empty variable counts as unset, as in RabbitMQ.
        foreach ((string variable, string value) in variables.Where(
            entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal) && entry.Value.Length > 0)
            .OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var source = new SettingSource(variable, SettingSource.OthersEnvironment);
            if (_keys.TryGetValue(variable, out string? key))
                assignments.Add(Assignment.Of(key, value, source));
            else if (_former.TryGetValue(variable, out string? former))
                errors.Add(
                    new(source, $"this variable is not supported, as in RabbitMQ's image since 3.9; set {former} in a configuration file"));
            else if (variable is Port or Address && !fileHasListeners)
                continue;
            else if (variable == Levels)
                assignments.AddRange(ReadLevels(value, source));
            else if (variable is not (ConfigFile or ConfigFiles) && !(variable == LogFile && value == "-"))
                unread.Add(variable);
        }

        if (!fileHasListeners && ReadListener(variables) is { } listener)
            assignments.Add(listener);
        if (unread.Count > 0)
            warnings.Add(new(_environment, $"{string.Join(", ", unread)}: not read; docs/configuration.md lists the supported variables"));
        return assignments;
    }

    private static Assignment? ReadListener(IReadOnlyDictionary<string, string> variables)
    {
        string? port = variables.GetValueOrDefault(Port), address = variables.GetValueOrDefault(Address);
        if (string.IsNullOrEmpty(port) && string.IsNullOrEmpty(address))
            return null;
        string listener = string.IsNullOrEmpty(port) ? "5672" : port;
        if (address is { Length: > 0 } and not "auto")
            listener = $"{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}:{listener}";
        return Assignment.Of(
            "listeners.tcp.default",
            listener,
            new SettingSource(string.IsNullOrEmpty(port) ? Address : Port, SettingSource.OthersEnvironment));
    }

    /// <summary>
    /// Reads levels such as <c>debug</c> or <c>warning,connection=info</c>, and the format of lines from <c>+json</c> or <c>-json</c>.
    /// Other words with a sign, such as <c>+color</c>, are ignored.
    /// </summary>
    private static IEnumerable<Assignment> ReadLevels(string value, SettingSource source)
    {
        foreach (string part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (part is "+json" or "-json")
                yield return Assignment.Of("log.console.formatter", part[0] == '+' ? "json" : "plaintext", source);
            else if (equals > 0)
                yield return Assignment.Of($"log.{part[..equals]}.level", part[(equals + 1)..], source);
            else if (part[0] is not ('+' or '-'))
                yield return Assignment.Of("log.level", part, source);
        }
    }
}
