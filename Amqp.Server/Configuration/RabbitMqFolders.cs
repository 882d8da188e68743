namespace Amqp.Server.Configuration;

/// <summary>
/// RabbitMQ's folders. A broker that is called <c>rabbitmq-server</c> uses these folders if the environment names no others.
/// </summary>
internal static class RabbitMqFolders
{
    private const string Data = "/var/lib/rabbitmq";
    private const string Configuration = "/etc/rabbitmq";

    /// <summary>Adds the variables that name RabbitMQ's folders. A variable that is already set stays as it is.</summary>
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
