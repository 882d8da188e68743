using System.CommandLine;
using Amqp.Server.Configuration;

namespace Amqp.Server.Cli;

/// <summary>The command-line options that set keys of the configuration file.</summary>
internal sealed class SettingOptions
{
    private readonly Option<string[]> _bind = new("--bind")
    {
        HelpName = "address",
        Description = "Address to listen on, for AMQP and HTTP; may be repeated; * is every address. Default: loopback.",
    };

    private readonly Option<string> _port = new("--port")
    {
        HelpName = "port",
        Description = "Port for AMQP; 0 picks a free port. Default: 5672."
    };

    private readonly Option<string> _managementPort = new("--management-port")
    {
        HelpName = "port",
        Description = "Port for the HTTP API; 0 picks a free port. Default: 15672.",
    };

    private readonly Option<string> _dataDirectory = new("--data-dir")
    {
        HelpName = "folder",
        Description = "Folder for all persistent data. Default: amqpbroker-data in the current folder.",
    };

    private readonly Option<bool> _stopWhenStandardInputCloses = new("--stop-when-stdin-closes")
    {
        Description = "Stop once standard input closes, so that the broker ends with the program that started it.",
    };

    private readonly Option<string> _config = new("--config")
    {
        HelpName = "file",
        Description = "Configuration file, in rabbitmq.conf's format."
    };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _bind, _port, _managementPort, _dataDirectory, _stopWhenStandardInputCloses, _config })
            command.Options.Add(option);
    }

    /// <summary>Loads the configuration from the command line, the environment and the configuration files.</summary>
    public BrokerConfiguration Load(ParseResult result, IReadOnlyDictionary<string, string> environment)
    {
        var assignments = new List<Assignment>();
        if (result.GetValue(_bind) is { Length: > 0 } addresses)
            assignments.Add(Set("bind", string.Join(',', addresses), _bind));
        Add("listeners.tcp.default", _port);
        Add("management.tcp.port", _managementPort);
        Add("data_dir", _dataDirectory);
        if (result.GetValue(_stopWhenStandardInputCloses))
            assignments.Add(Set("stop_when_stdin_closes", "true", _stopWhenStandardInputCloses));
        return BrokerConfiguration.Load(result.GetValue(_config), assignments, environment);

        void Add(string key, Option<string> option)
        {
            if (result.GetValue(option) is { } value)
                assignments.Add(Set(key, value, option));
        }
    }

    private static Assignment Set(string key, string value, Option option) =>
        Assignment.Of(key, value, new SettingSource(option.Name, SettingSource.CommandLine));
}
