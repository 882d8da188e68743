using System.Buffers;
using System.Security.Cryptography;
using Amqp.Protocol;
using Amqp.Server.Broker.Exchanges;

namespace Amqp.Server.Broker.Definitions;

/// <summary>The catalog's keys: a kind and names, escaped, between slashes, so that they sort by kind and virtual host.</summary>
internal static class DefinitionKey
{
    public const string QueueNumbers = "numbers/queues";
    public const string VirtualHosts = "vhosts/";
    public const string Users = "users/";
    public const string Permissions = "permissions/";
    public const string TopicPermissions = "topic-permissions/";
    public const string Exchanges = "exchanges/";
    public const string Queues = "queues/";
    public const string Bindings = "bindings/";

    public static string OfVirtualHost(string name) => VirtualHosts + Escape(name);

    public static string OfUser(string name) => Users + Escape(name);

    public static string OfPermission(string virtualHost, string user) => $"{Permissions}{Escape(virtualHost)}/{Escape(user)}";

    public static string OfTopicPermission(string virtualHost, string user, string exchange) =>
        $"{TopicPermissions}{Escape(virtualHost)}/{Escape(user)}/{Escape(exchange)}";

    public static string OfExchange(string virtualHost, string name) => $"{Exchanges}{Escape(virtualHost)}/{Escape(name)}";

    public static string OfQueue(string virtualHost, string name) => $"{Queues}{Escape(virtualHost)}/{Escape(name)}";

    public static string OfBinding(string virtualHost, Binding binding)
    {
        string kind = binding.Destination is Exchange ? "e" : "q";
        return $"{Bindings}{Escape(virtualHost)}/{Escape(binding.Source.Name)}/{kind}/{Escape(binding.Destination.Name)}/{Escape(binding.RoutingKey)}/{HashOf(binding.Arguments)}";
    }

    /// <summary>The names of a key, without its kind.</summary>
    public static string[] Names(string key) => [.. key.Split('/').Skip(1).Select(Uri.UnescapeDataString)];

    private static string Escape(string name) => Uri.EscapeDataString(name);

    private static string HashOf(FieldTable arguments)
    {
        if (arguments.Count == 0)
            return "";
        var bytes = new ArrayBufferWriter<byte>();
        FieldTableCodec.Write(bytes, arguments);
        return Convert.ToHexString(SHA256.HashData(bytes.WrittenSpan).AsSpan(0, 16));
    }
}
