namespace Amqp.Server.Configuration;

/// <summary>A shovel that is defined by the configuration. It runs as long as the broker.</summary>
/// <param name="Name">Name of the shovel.</param>
/// <param name="Definition">The fields of the shovel, as a JSON object. Can contain passwords.</param>
public sealed record StaticShovel(string Name, string Definition)
{
    /// <summary>Key of the setting that defines the shovel.</summary>
    public string Setting => $"shovels.{Name}.definition";
}
