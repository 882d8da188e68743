using System.Text.Json;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Links;
using Amqp.Server.Broker.Values;
using Amqp.Server.Configuration;

namespace Amqp.Server.Shovels;

/// <summary>Reads the shovels of the configuration.</summary>
internal static class StaticShovels
{
    /// <exception cref="ConfigurationException">A definition is invalid. The message names the setting.</exception>
    public static IReadOnlyList<ShovelDefinition> Read(IEnumerable<StaticShovel> shovels) => [.. shovels.Select(Read)];

    private static ShovelDefinition Read(StaticShovel shovel)
    {
        ShovelDefinition definition;
        try
        {
            using var document = JsonDocument.Parse(shovel.Definition);
            definition = ShovelParameter.Read(virtualHost: "", shovel.Name, JsonFields.Read(document.RootElement));
        }
        catch (Exception error) when (error is ValidationException or JsonException)
        {
            throw new ConfigurationException($"{shovel.Setting}: the shovel is not valid: {error.Message}");
        }
        return definition is { DeleteAfter: null, DeletesAfterQueueLength: false }
            ? definition
            : throw new ConfigurationException($"{shovel.Setting}: a static shovel cannot delete itself. Remove src-delete-after.");
    }
}
