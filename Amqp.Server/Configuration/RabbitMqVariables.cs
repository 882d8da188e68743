namespace Amqp.Server.Configuration;

/// <summary>The environment variables of RabbitMQ that have no effect on this broker, and the reasons.</summary>
internal static class RabbitMqVariables
{
    private const string Erlang = "there is no Erlang in this broker";
    private const string Node = "the settings nodename and cluster.* configure a node of a cluster, see docs/cluster.md";
    private const string Plugins = "this broker has no plugins to load; rabbitmq-plugins list shows those that are built in";
    private const string Log = "this broker logs to standard output";

    private static readonly Dictionary<string, string> _reasons = new()
    {
        ["NODENAME"] = Node,
        ["USE_LONGNAME"] = Node,
        ["DIST_PORT"] = Node,
        ["CLUSTER_NODES"] = Node,
        ["ERLANG_COOKIE"] = "the command line logs in as a user, so there is no cookie",
        ["SERVER_ADDITIONAL_ERL_ARGS"] = Erlang,
        ["SERVER_ERL_ARGS"] = Erlang,
        ["SERVER_START_ARGS"] = Erlang,
        ["SERVER_CODE_PATH"] = Erlang,
        ["CTL_ERL_ARGS"] = Erlang,
        ["CTL_DIST_PORT_MIN"] = Erlang,
        ["CTL_DIST_PORT_MAX"] = Erlang,
        ["IO_THREAD_POOL_SIZE"] = Erlang,
        ["SCHEDULER_BIND_TYPE"] = Erlang,
        ["DISTRIBUTION_BUFFER_SIZE"] = Erlang,
        ["MAX_NUMBER_OF_PROCESSES"] = Erlang,
        ["MAX_NUMBER_OF_ATOMS"] = Erlang,
        ["ADVANCED_CONFIG_FILE"] = "Erlang's format is not read; set the same keys in a file like rabbitmq.conf",
        ["CONF_ENV_FILE"] = "no shell script is run; set the variables themselves",
        ["ENABLED_PLUGINS"] = Plugins,
        ["ENABLED_PLUGINS_FILE"] = Plugins,
        ["PLUGINS_DIR"] = Plugins,
        ["PLUGINS_EXPAND_DIR"] = Plugins,
        ["LOGS"] = Log,
        ["LOG_BASE"] = Log,
        ["UPGRADE_LOG"] = Log,
        ["PID_FILE"] = "the process id is in the file 'lock' of the data directory",
        ["KEEP_PID_FILE_ON_EXIT"] = "the process id is in the file 'lock' of the data directory",
        ["FEATURE_FLAGS"] = "feature flags are always enabled",
        ["FEATURE_FLAGS_FILE"] = "feature flags are always enabled",
        ["QUORUM_DIR"] = "quorum queues are stored in the data directory",
        ["STREAM_DIR"] = "there are no streams in this broker",
        ["NODE_PORT"] = "a configuration file sets listeners",
        ["NODE_IP_ADDRESS"] = "a configuration file sets listeners",
    };

    /// <summary>Returns the reason why a variable has no effect; null if the variable is not in the list.</summary>
    /// <param name="name">Name of the variable without <c>RABBITMQ_</c>.</param>
    public static string? Reason(string name) => _reasons.GetValueOrDefault(name);
}
