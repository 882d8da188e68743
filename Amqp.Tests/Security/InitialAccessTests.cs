using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Definitions;
using Amqp.Storage;
using Amqp.Storage.Configuration;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Security;

/// <summary>The broker creates users and permissions when it starts.</summary>
public class InitialAccessTests
{
    [Test]
    public async Task Users_of_a_version_without_permissions_keep_what_they_had()
    {
        using var folder = new TemporaryFolder();
        var hash = PasswordHash.Create("secret");
        using (var directory = DataDirectory.Open(folder.Path, new StoreOptions()))
        {
            directory.Catalog.Put(DefinitionKey.OfVirtualHost("v"), []);
            directory.Catalog.Put(DefinitionKey.OfUser("old"), [(byte)hash.Octets.Length, .. hash.Octets, .. "administrator"u8]);
        }

        await using (var broker = await BrokerInProcess.StartAsync($"data_dir = '{folder.Path}'"))
        await using (var connection = await BrokerInProcess.ConnectAsync(broker.Factory("old", "secret", "v")))
        await using (var channel = await connection.CreateChannelAsync())
        {
            await channel.QueueDeclareAsync();
            Assert.That(broker.Broker.Users.All, Has.Count.EqualTo(1));
            broker.Broker.Permissions.Delete("v", "old");
        }

        await using var again = await BrokerInProcess.StartAsync($"data_dir = '{folder.Path}'");
        Assert.That(again.Broker.Permissions.All, Is.Empty, "removed permissions are not created again");
    }

    [Test]
    public async Task Users_permissions_and_virtual_hosts_outlive_a_restart()
    {
        using var folder = new TemporaryFolder();
        await using (var broker = await BrokerInProcess.StartAsync($"data_dir = '{folder.Path}'"))
        {
            broker.Broker.VirtualHosts.Put("v", new("for tests", ["a", "b"]));
            broker.Broker.VirtualHosts.Delete("/");
            broker.Broker.Users.Put(new User("jo", PasswordHash.Create("secret"), UserTags.None));
            broker.Broker.Permissions.Put(new Permission("jo", "v", ".*", ".*", ".*"));
            broker.Broker.Users.Delete("guest");
        }

        await using var again = await BrokerInProcess.StartAsync($"data_dir = '{folder.Path}'");

        var virtualHost = again.Broker.VirtualHosts.All.Single();
        Assert.That(
            (virtualHost.Name, virtualHost.Description.Text, virtualHost.Description.Tags),
            Is.EqualTo(("v", "for tests", new[] { "a", "b" })));
        Assert.That(again.Broker.Users.All.Single().Name, Is.EqualTo("jo"));
        await using var connection = await BrokerInProcess.ConnectAsync(again.Factory("jo", "secret", "v"));
        Assert.That(connection.IsOpen);
    }

    [Test]
    public async Task The_default_user_is_made_as_configured()
    {
        await using var broker = await BrokerInProcess.StartAsync(
            "default_user = jo", "default_vhost = v", "default_user_tags.monitoring = true", "default_user_tags.administrator = false",
            "default_permissions.configure = ^c", "default_permissions.write = ^w", "default_permissions.read = ^r");

        var permission = broker.Broker.Permissions.Find("v", "jo")!;
        Assert.That((permission.Configure.Text, permission.Write.Text, permission.Read.Text), Is.EqualTo(("^c", "^w", "^r")));
        Assert.That(broker.Broker.Users.Find("jo")!.Tags.Names, Is.EqualTo(new[] { "monitoring" }));
        Assert.That(broker.Broker.Users.All, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Default_users_come_with_each_new_virtual_host_that_matches()
    {
        await using var broker = await BrokerInProcess.StartAsync(
            "default_users.qa.vhost_pattern = ^qa-",
            "default_users.qa.password = secret",
            "default_users.qa.tags = policymaker,monitoring",
            "default_users.qa.write = ^w");

        Assert.That(broker.Broker.Users.Find("qa"), Is.Null);
        broker.Broker.VirtualHosts.Put("qa-1", new("", []));

        Assert.That(
            broker.Broker.Users.Authenticate("qa", "secret", isLoopback: true, out _)!.Tags.Names,
            Is.EqualTo(new[] { "policymaker", "monitoring" }));
        Assert.That(broker.Broker.Permissions.Find("qa-1", "qa")!.Write.Text, Is.EqualTo("^w"));
        Assert.That(broker.Broker.Permissions.Find("/", "qa"), Is.Null);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
