using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Amqp.Protocol;
using Amqp.Server.Broker.Policies;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Definitions;

/// <summary>Keys of the catalog. A key is a kind and escaped names, separated by slashes. So keys sort by kind and then by names.</summary>
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
    public const string Policies = "policies/";
    public const string OperatorPolicies = "operator-policies/";
    public const string Parameters = "parameters/";
    public const string GlobalParameters = "global-parameters/";
    public const string UserLimits = "user-limits/";
    public const string ImportedDefinitions = "imported-definitions/";
    public const string Quarantined = "quarantined/";

    public static string OfVirtualHost(string name) => VirtualHosts + Escape(name);

    public static string OfUser(string name) => Users + Escape(name);

    public static string OfPermission(string virtualHost, string user) => $"{Permissions}{Escape(virtualHost)}/{Escape(user)}";

    public static string OfTopicPermission(string virtualHost, string user, string exchange) =>
        $"{TopicPermissions}{Escape(virtualHost)}/{Escape(user)}/{Escape(exchange)}";

    public static string OfExchange(string virtualHost, string name) => $"{Exchanges}{Escape(virtualHost)}/{Escape(name)}";

    public static string OfQueue(string virtualHost, string name) => $"{Queues}{Escape(virtualHost)}/{Escape(name)}";

    /// <param name="virtualHost">Name of the virtual host.</param>
    /// <param name="source">Name of the source exchange.</param>
    /// <param name="isToExchange">True if the destination is an exchange; false if it is a queue.</param>
    /// <param name="destination">Name of the destination.</param>
    /// <param name="routingKey">Binding key.</param>
    /// <param name="arguments">Arguments of the binding. The key contains their hash.</param>
    public static string OfBinding(
        string virtualHost, string source, bool isToExchange, string destination, string routingKey, FieldTable arguments) =>
        $"{Bindings}{Escape(virtualHost)}/{Escape(source)}/{(isToExchange ? "e" : "q")}/"
            + $"{Escape(destination)}/{Escape(routingKey)}/{HashOf(arguments)}";

    public static string OfPolicy(string virtualHost, PolicyKind kind, string name) =>
        $"{KindOf(kind)}{Escape(virtualHost)}/{Escape(name)}";

    public static string OfParameter(string component, string virtualHost, string name) =>
        $"{Parameters}{Escape(component)}/{Escape(virtualHost)}/{Escape(name)}";

    public static string OfGlobalParameter(string name) => GlobalParameters + Escape(name);

    public static string OfUserLimits(string user) => UserLimits + Escape(user);

    public static string OfImportedDefinitions(string file) => ImportedDefinitions + Escape(file);

    /// <summary>
    /// Returns the key for a quarantined message: the number of its queue and its sequence number. Both have leading zeros, so that keys
    /// sort by number.
    /// </summary>
    public static string OfQuarantined(MessagePlace message) =>
        string.Create(CultureInfo.InvariantCulture, $"{Quarantined}{message.Queue:x8}/{message.Sequence:x16}");

    public static string KindOf(PolicyKind kind) => kind == PolicyKind.User ? Policies : OperatorPolicies;

    /// <summary>Returns the unescaped names in a key, but not the kind.</summary>
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
