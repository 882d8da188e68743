using Amqp.Protocol;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;

namespace Amqp.Server.Broker;

/// <summary>Restores the content of the data directory into a new broker.</summary>
internal static class BrokerRestore
{
    /// <summary>Name of the global parameter that holds the broker's permanent, unique id.</summary>
    private const string ClusterId = "internal_cluster_id";

    /// <summary>Restores the content of the data directory, and adds the objects that the configuration requires.</summary>
    public static void Run(MessageBroker broker, BrokerOptions options, ILogger logger)
    {
        broker.VirtualHosts.Restore();
        broker.Parameters.Add(new ParameterComponent(
            VirtualHostLimits.Component,
            (_, value) => VirtualHostLimits.Validate(value),
            (virtualHost, name, value) =>
            {
                if (name == VirtualHostLimits.Name && broker.VirtualHosts.Find(virtualHost) is { } host)
                    host.Limits = value is { } limits ? VirtualHostLimits.Read(limits.AsTable()) : VirtualHostLimits.None;
            }));
        broker.Parameters.Add(broker.Links.Shovels.Component);
        broker.Parameters.Add(broker.Links.Federation.Upstreams);
        broker.Parameters.Add(broker.Links.Federation.Sets);
        broker.Parameters.Restore();
        broker.GlobalParameters.Restore();
        if (broker.GlobalParameters.Find(ClusterId) is null)
            broker.GlobalParameters.Put(ClusterId, FieldValue.FromString(ReservedNames.NewClusterId()));
        broker.GlobalParameters.Changed += broker.Events.GlobalParameterChanged;
        broker.Definitions.ImportedFiles.Restore();
        broker.UserLimits.Restore();
        CompleteDefinitions(broker, options, logger);
        broker.Statistics.Authentication.TracksSources = options.Statistics.TracksLoginSources;
        broker.Sampler.Start();
        // Sets the alarms before the queue timer starts: the timer publishes dead letters, which must not be written during a disk alarm.
        broker.Alarms.Check();
    }

    /// <summary>Imports the configured definition files, and creates the first user of a new broker.</summary>
    private static void CompleteDefinitions(MessageBroker broker, BrokerOptions options, ILogger logger)
    {
        broker.VirtualHosts.Added += new VirtualHostDefaults(broker.Parameters, options.VirtualHosts).Apply;
        var definitionsAtStart = new StartDefinitions(options.Definitions, options.Limits.MaxTableDepth, logger);
        new InitialAccess(
            broker.VirtualHosts, broker.Users, broker.Permissions, broker.Definitions.Passwords, options.Access.DefaultAccess, logger)
            .Complete(definitionsAtStart.IsConfigured ? () => definitionsAtStart.Import(broker.Definitions) : null);
    }
}
