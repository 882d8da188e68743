using Amqp.Server;
using Amqp.Server.Hosting;

SocketThreads.CarryWork();
return await new BrokerCommandLine(BrokerRun.RunAsync, StartChecks.Run, BrokerCommandLine.ProcessEnvironment).RunAsync(args);
