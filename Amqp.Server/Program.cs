using Amqp.Server.Cli;
using Amqp.Server.Hosting;

return await new BrokerCommandLine(BrokerRun.RunAsync, BrokerCommandLine.ProcessEnvironment).RunAsync(args);
