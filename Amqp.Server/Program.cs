using Amqp.Server;
using Amqp.Server.Cluster;
using Amqp.Server.Configuration;
using Amqp.Server.Hosting;

SocketThreads.CarryWork();
string[] words = ProgramNames.AddTo(args);
IReadOnlyDictionary<string, string> environment = words is [ProgramNames.Server, ..]
    ? RabbitMqFolders.AddTo(BrokerCommandLine.ProcessEnvironment)
    : BrokerCommandLine.ProcessEnvironment;
return await new BrokerCommandLine(
    (configuration, error, stop) => configuration.Options.Cluster.Enabled
        ? ClusterRun.RunAsync(configuration, error, stop)
        : BrokerRun.RunAsync(configuration, error, stop),
    configuration =>
    {
        StartChecks.Run(configuration);
        ClusterChecks.Run(configuration);
    },
    environment).RunAsync(words);
