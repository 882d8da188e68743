using System.CommandLine;

namespace Amqp.Server.Cli.Operate;

/// <summary>The commands that operate a running broker over its HTTP API.</summary>
internal static class OperateCommands
{
    public static IEnumerable<Command> Create(IReadOnlyDictionary<string, string> environment)
    {
        var set = new CommandSet(new LoginOptions(environment));
        return
        [
            StatusCommands.Status(set),
            StatusCommands.Health(set),
            ProblemCommand.Create(set),
            WatchCommand.Create(set),
            RecentCommands.Log(set),
            RecentCommands.Events(set),
            QueueCommands.Create(set),
            ExchangeCommands.Create(set),
            BindingCommands.Create(set),
            RouteCommands.Create(set),
            GraphCommand.Create(set),
            JobCommands.Create(set),
            TraceCommands.Create(set),
            DelayedCommands.Create(set),
            ConnectionCommands.Connections(set),
            ConnectionCommands.Channels(set),
            ConnectionCommands.Consumers(set),
            UserCommands.Create(set),
            PermissionCommands.Create(set),
            VirtualHostCommands.Create(set),
            PolicyCommands.Create(set),
            DefinitionCommands.Create(set),
            MigrateCommand.Create(set),
            MessageCommands.Publish(set),
            MessageCommands.Get(set),
            QueueCommands.Purge(set),
            ConnectionCommands.Close(set),
            CompletionCommand.Create(),
        ];
    }
}
