using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Storage;
using Amqp.Storage.Configuration;
using Amqp.Storage.Records;
using Amqp.Tests.Storage;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>
/// If the broker crashes while it deletes an object, the catalog keeps no entry that would affect a new object of the same name.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DeletionCrashTests : IAsyncDisposable
{
    private static readonly string[] _kindsOfVirtualHosts =
    [
        DefinitionKey.Permissions, DefinitionKey.TopicPermissions, DefinitionKey.Exchanges, DefinitionKey.Queues, DefinitionKey.Bindings,
        DefinitionKey.Policies, DefinitionKey.OperatorPolicies,
    ];

    private readonly BareBroker _broker = new();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [TestCase("user", 4)]
    [TestCase("virtual host", 8)]
    public void Wherever_it_comes_whose_own_entry_is_gone_has_no_other_left(string what, int leastChanges)
    {
        Fill();
        string file = Path.Combine(_broker.DataFolder, "catalog.log");
        long before = new FileInfo(file).Length;
        if (what == "user")
            _broker.Broker.Users.Delete("u");
        else
            _broker.Broker.VirtualHosts.Delete("v");
        byte[] whole = ReadShared(file);
        byte[] version = ReadShared(Path.Combine(_broker.DataFolder, "version"));

        int changes = 0;
        for (int cut = (int)before; ; cut += (int)RecordHeader.ReadSize(whole.AsSpan(cut)), changes++)
        {
            using var folder = new TestFolder();
            File.WriteAllBytes(folder.Catalog, whole[..cut]);
            File.WriteAllBytes(Path.Combine(folder.Path, "version"), version);
            using (var crashed = DataDirectory.Open(folder.Path, new StoreOptions()))
                Demand([.. crashed.Catalog.Entries.Select(entry => entry.Key)], changes);
            if (cut == whole.Length)
                break;
        }
        Assert.That(changes, Is.GreaterThan(leastChanges));
    }

    private void Fill()
    {
        var broker = _broker.Broker;
        broker.Users.Put(new User("u", PasswordHash.Create("secret"), UserTags.None));
        var host = broker.VirtualHosts.Put("v", VirtualHostDescription.None, maker: "guest");
        foreach (string user in new[] { "u", "guest" })
        {
            broker.Permissions.Put(new Permission(user, "v", ".*", ".*", ".*"));
            broker.Permissions.PutTopic(new TopicPermission(user, "v", "amq.topic", ".*", ".*"));
        }
        broker.Permissions.Put(new Permission("u", "/", ".*", ".*", ".*"));
        broker.UserLimits.Set("u", UserLimits.MaxChannels, FieldValue.FromInt64(9));
        broker.Parameters.Put(
            "vhost-limits", "v", "limits", FieldValue.FromTable(FieldTable.Empty.With("max-queues", FieldValue.FromInt64(9))));
        foreach (var kind in new[] { PolicyKind.User, PolicyKind.Operator })
            host.Policies.Put(new Policy(kind, "p", ".*", "queues", 1, FieldTable.Empty.With("max-length", FieldValue.FromInt64(9))));
        var queue = host.Topology.DeclareQueue("q", isServerNamed: false, QueueFlags.Durable, FieldTable.Empty, this);
        host.Topology.DeclareExchange("x", "topic", ExchangeFlags.Durable, FieldTable.Empty);
        host.Topology.Bind("x", queue, "k", FieldTable.Empty, _broker.Round);
    }

    private static void Demand(string[] keys, int changes)
    {
        bool hasHost = keys.Contains(DefinitionKey.OfVirtualHost("v")), hasUser = keys.Contains(DefinitionKey.OfUser("u"));
        Assert.That(changes > 0 || (hasHost && hasUser), "before the first change nothing is deleted");
        foreach (string key in keys)
        {
            string[] names = DefinitionKey.Names(key);
            bool isOfHost = (_kindsOfVirtualHosts.Any(kind => key.StartsWith(kind, StringComparison.Ordinal)) && names[0] == "v")
                || (key.StartsWith(DefinitionKey.Parameters, StringComparison.Ordinal) && names[1] == "v");
            bool isOfUser = key == DefinitionKey.OfUserLimits("u")
                || (key.StartsWith(DefinitionKey.Permissions, StringComparison.Ordinal)
                    || key.StartsWith(DefinitionKey.TopicPermissions, StringComparison.Ordinal))
                    && names[1] == "u";
            Assert.That(!isOfHost || hasHost, $"{key} is left after change {changes} of a deleted virtual host");
            Assert.That(!isOfUser || hasUser, $"{key} is left after change {changes} of a deleted user");
        }
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
