namespace Amqp.Server.Configuration;

/// <summary>
/// The data and configuration folders of RabbitMQ's packages. A program called <c>rabbitmq-server</c> uses these folders, unless the
/// environment names other folders.
/// </summary>
internal static class RabbitMqFolders
{
    private const string Data = "/var/lib/rabbitmq";
    private const string Configuration = "/etc/rabbitmq";

    /// <summary>Adds variables that name RabbitMQ's folders. Variables that are already set stay unchanged.</summary>
    /// <param name="variables">Environment variables by name.</param>
    /// <param name="root">Root folder of the file system.</param>
    public static IReadOnlyDictionary<string, string> AddTo(IReadOnlyDictionary<string, string> variables, string root = "/")
    {
        var all = new Dictionary<string, string>(variables);
        if (!RabbitMqEnvironment.DataFolders.Append(EnvironmentSettings.DataFolder).Any(IsSet))
            all[RabbitMqEnvironment.DataFolder] = Under(Data);
        string main = Under($"{Configuration}/rabbitmq.conf");
        if (!IsSet(EnvironmentSettings.ConfigFile) && !IsSet(RabbitMqEnvironment.ConfigFile) && File.Exists(main))
            all[RabbitMqEnvironment.ConfigFile] = main;
        if (!IsSet(RabbitMqEnvironment.ConfigFiles))
            all[RabbitMqEnvironment.ConfigFiles] = Under($"{Configuration}/conf.d");
        return all;

        bool IsSet(string name) => variables.TryGetValue(name, out string? value) && value.Length > 0;
        string Under(string folder) => Path.Combine(root, folder[1..]);
    }
}
