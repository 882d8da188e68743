using Amqp.Server;
using Amqp.Server.Configuration;
using Amqp.Server.Hosting;

SocketThreads.CarryWork();
string[] words = ProgramNames.AddTo(args);
IReadOnlyDictionary<string, string> environment = words is [ProgramNames.Server, ..]
    ? RabbitMqFolders.AddTo(BrokerCommandLine.ProcessEnvironment)
    : BrokerCommandLine.ProcessEnvironment;
return await new BrokerCommandLine(BrokerRun.RunAsync, StartChecks.Run, environment).RunAsync(words);
