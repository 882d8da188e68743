namespace Amqp.Server.Configuration;

/// <summary>Reads the environment variables of RabbitMQ and of its container image.</summary>
/// <remarks>
/// Variables that the image rejects cause errors. Variables that are unknown, or have no effect on this broker, cause warnings.
/// </remarks>
internal static class RabbitMqEnvironment
{
    /// <summary>Variable that names the configuration file, with or without its extension.</summary>
    public const string ConfigFile = Prefix + "CONFIG_FILE";

    /// <summary>Variable that names a folder with additional configuration files, or a file-name pattern for these files.</summary>
    public const string ConfigFiles = Prefix + "CONFIG_FILES";

    /// <summary>Variable of RabbitMQ's container image that names the data directory.</summary>
    public const string DataFolder = Prefix + "DATA_DIR";

    /// <summary>Variable that contains the name of the default user.</summary>
    public const string DefaultUser = Prefix + "DEFAULT_USER";

    /// <summary>Variable that contains the password of the default user.</summary>
    public const string DefaultPassword = Prefix + "DEFAULT_PASS";

    private const string Prefix = "RABBITMQ_";
    private const string FileSuffix = "_FILE";
    private const string Port = Prefix + "NODE_PORT";
    private const string Address = Prefix + "NODE_IP_ADDRESS";
    private const string Levels = Prefix + "LOG";
    private const string LogFile = Prefix + "LOGS";

    /// <summary>Source of the warning about unknown variables.</summary>
    private static readonly SettingSource _environment = new("environment", SettingSource.OthersEnvironment);

    private static readonly Dictionary<string, string> _keys = new()
    {
        [DefaultUser] = "default_user",
        [DefaultPassword] = "default_pass",
        [Prefix + "DEFAULT_VHOST"] = "default_vhost",
        [Prefix + "DEFAULT_PERMISSIONS_CONFIGURE"] = "default_permissions.configure",
        [Prefix + "DEFAULT_PERMISSIONS_READ"] = "default_permissions.read",
        [Prefix + "DEFAULT_PERMISSIONS_WRITE"] = "default_permissions.write",
        [Prefix + "PRODUCT_NAME"] = "product.name",
        [Prefix + "PRODUCT_VERSION"] = "product.version",
    };

    /// <summary>
    /// Variables that RabbitMQ's image supported before version 3.9, with the configuration keys that replaced them. Later images do not
    /// start if such a variable is set.
    /// </summary>
    private static readonly Dictionary<string, string> _former = new()
    {
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

    /// <summary>Variables that name the data directory. The first variable that is set applies.</summary>
    public static IReadOnlyList<string> DataFolders { get; } = [Prefix + "MNESIA_DIR", Prefix + "MNESIA_BASE", DataFolder];

    /// <summary>Variables whose value may be in a file. The variable with the suffix <c>_FILE</c> then names the file.</summary>
    private static IEnumerable<string> InFiles => [DefaultUser, DefaultPassword, Prefix + "DEFAULT_VHOST"];

    /// <summary>Returns the settings from the variables.</summary>
    /// <param name="variables">Environment variables by name.</param>
    /// <param name="fileHasListeners">
    /// True if a configuration file names AMQP listeners. The variables for the port and address are then ignored.
    /// </param>
    /// <param name="errors">Receives an error for each variable that RabbitMQ's image rejects.</param>
    /// <param name="warnings">Receives a warning for each variable without effect.</param>
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
            else if (InFiles.FirstOrDefault(name => name + FileSuffix == variable) is { } inFile)
                ReadFile(variables, inFile, value, source, assignments, errors);
            else if (_former.TryGetValue(variable, out string? former))
                errors.Add(
                    new(source, $"this variable is not supported, as in RabbitMQ's image since 3.9; set {former} in a configuration file"));
            else if (variable is Port or Address && !fileHasListeners)
                continue;
            else if (variable == Levels)
                assignments.AddRange(ReadLevels(value, source));
            else if (variable is ConfigFile or ConfigFiles || DataFolders.Contains(variable) || variable == LogFile && value == "-")
                continue;
            else if (RabbitMqVariables.Reason(variable[Prefix.Length..]) is { } reason)
                warnings.Add(new(source, $"this variable has no effect: {reason}"));
            else
                unread.Add(variable);
        }
        if (DataFolders.FirstOrDefault(name => variables.GetValueOrDefault(name) is { Length: > 0 }) is { } folder)
            assignments.Add(Assignment.Of(
                "data_dir", variables[folder], new SettingSource(folder, SettingSource.OthersEnvironment)));

        if (!fileHasListeners && ReadListener(variables) is { } listener)
            assignments.Add(listener);
        if (unread.Count > 0)
            warnings.Add(new(_environment, $"{string.Join(", ", unread)}: not read; docs/configuration.md lists the supported variables"));
        return assignments;
    }

    /// <summary>
    /// Returns the value of a variable. If the variable is not set, reads the value from the file that the variable with the suffix
    /// <c>_FILE</c> names. Returns null if neither variable is set.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string? ValueOf(IReadOnlyDictionary<string, string> variables, string variable) =>
        variables.GetValueOrDefault(variable) is { Length: > 0 } value ? value
        : variables.GetValueOrDefault(variable + FileSuffix) is { Length: > 0 } file ? ValueIn(file)
        : null;

    // An editor may have added a line break at the end, which is not part of the value.
    private static string ValueIn(string file) => File.ReadAllText(file).TrimEnd('\r', '\n');

    private static void ReadFile(
        IReadOnlyDictionary<string, string> variables,
        string variable,
        string file,
        SettingSource source,
        List<Assignment> assignments,
        ICollection<SettingRemark> errors)
    {
        if (variables.GetValueOrDefault(variable) is { Length: > 0 })
        {
            errors.Add(new(source, $"{variable} is set too; set only one of the two"));
            return;
        }
        try
        {
            string value = ValueIn(file);
            if (value.Length > 0)
                assignments.Add(Assignment.Of(_keys[variable], value, source));
            else
                errors.Add(new(source, $"{file} is empty; write the value of {variable} into this file"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.Add(new(source, $"cannot read the value of {variable}: {exception.Message}"));
        }
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
    /// Reads log levels such as <c>debug</c> or <c>warning,connection=info</c>. The word <c>+json</c> selects JSON for the log, and the
    /// word <c>-json</c> selects plain text.
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
