using Amqp.Server.Broker.Access;
using Amqp.Tests.Support;

namespace Amqp.Tests.Security;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class PermissionStoreTests
{
    private readonly MemoryCatalog _catalog = new();

    [Test]
    public void Each_kind_of_access_has_its_own_pattern()
    {
        var permissions = new PermissionStore(_catalog);
        permissions.Put(new Permission("jo", "/", "^c", "^w", "^r"));

        Assert.That(
            new[] { AccessKind.Configure, AccessKind.Write, AccessKind.Read }.Select(
                kind => "cwr".Count(name => permissions.Allows("/", "jo", kind, name.ToString()))),
            Is.All.EqualTo(1));
        Assert.That(permissions.Allows("/", "jo", AccessKind.Write, "w"));
    }

    [Test]
    public void Who_has_no_permission_may_do_nothing() =>
        Assert.That(new PermissionStore(_catalog).Allows("/", "jo", AccessKind.Read, "q"), Is.False);

    [Test]
    public void A_virtual_host_s_permissions_are_no_other_s()
    {
        var permissions = new PermissionStore(_catalog);
        permissions.Put(new Permission("jo", "a", ".*", ".*", ".*"));

        Assert.That(
            (permissions.Allows("a", "jo", AccessKind.Read, "q"), permissions.Allows("b", "jo", AccessKind.Read, "q")),
            Is.EqualTo((true, false)));
    }

    /// <summary>
    /// Parameters: a deletion, and the topic permissions that remain. Each permission is written as virtual host, user and exchange.
    /// </summary>
    [TestCase("topic v u x", "v u y, v w x, z u x")]
    [TestCase("topics v u", "v w x, z u x")]
    [TestCase("topic v u nothing", "v u x, v u y, v w x, z u x")]
    [TestCase("user u", "v w x")]
    [TestCase("virtual host v", "z u x")]
    public void A_deletion_takes_what_it_names_and_nothing_else(string what, string left)
    {
        var permissions = new PermissionStore(_catalog);
        foreach (var (host, user, exchange) in new[] { ("v", "u", "x"), ("v", "u", "y"), ("v", "w", "x"), ("z", "u", "x") })
        {
            permissions.PutTopic(new TopicPermission(user, host, exchange, "", ""));
            permissions.Put(new Permission(user, host, "", "", ""));
        }
        string[] words = what.Split(' ');
        if (words[0] == "topic")
            Assert.That(permissions.DeleteTopic(words[1], words[2], words[3]), Is.EqualTo(words[3] != "nothing"));
        else if (words[0] == "topics")
            Assert.That(permissions.DeleteTopic(words[1], words[2]));
        else if (words[0] == "user")
            permissions.DeleteUser(words[1]);
        else
            permissions.DeleteVirtualHost(words[^1]);

        // the second store reads the catalog, as a broker does after a restart
        foreach (var store in new[] { permissions, new PermissionStore(_catalog) })
        {
            Assert.That(
                string.Join(", ", store.AllTopics.Select(topic => $"{topic.VirtualHost} {topic.User} {topic.Exchange}")),
                Is.EqualTo(left));
            int others = words[0] == "user" ? 1 : words[0] == "virtual" ? 1 : 3;
            Assert.That(store.All, Has.Count.EqualTo(others));
        }
    }

    [Test]
    public void Permissions_are_there_after_a_restart()
    {
        var before = new PermissionStore(_catalog);
        before.Put(new Permission("jo/ü", "/", "c.*", "", "r|s"));
        before.PutTopic(new TopicPermission("jo/ü", "/", "", "w", "^r$"));

        var after = new PermissionStore(_catalog);

        var permission = after.Find("/", "jo/ü")!;
        Assert.That((permission.Configure.Text, permission.Write.Text, permission.Read.Text), Is.EqualTo(("c.*", "", "r|s")));
        var topic = after.FindTopic("/", "jo/ü", "")!;
        Assert.That((topic.Write, topic.Read), Is.EqualTo(("w", "^r$")));
    }

    [Test]
    public void Without_a_topic_permission_every_routing_key_is_allowed()
    {
        var permissions = new PermissionStore(_catalog);
        permissions.PutTopic(new TopicPermission("jo", "/", "amq.topic", "^a", ""));

        Assert.That(permissions.AllowsTopic("/", "jo", AccessKind.Write, "other", "b"));
        Assert.That(permissions.AllowsTopic("/", "jo", AccessKind.Write, "amq.topic", "b"), Is.False);
        Assert.That(permissions.AllowsTopic("/", "jo", AccessKind.Read, "amq.topic", "a"), Is.False);
    }

    [TestCase("jo.doe", "v", ExpectedResult = true)]
    [TestCase("joXdoe", "v", ExpectedResult = false)]
    [TestCase("jo.doe", "w", ExpectedResult = false)]
    public bool Variables_of_a_topic_permission_stand_for_names_to_the_letter(string inKey, string virtualHostInKey)
    {
        var permission = new TopicPermission("jo.doe", "v", "amq.topic", "^{vhost}-{username}-", "");

        return permission.Allows(AccessKind.Write, $"{virtualHostInKey}-{inKey}-x");
    }

    [Test]
    public void Variables_stand_for_names_in_what_is_bound_as_in_what_is_published()
    {
        var permission = new TopicPermission("jo", "v", "amq.topic", "", "^{vhost}-{username}$");

        Assert.That(
            (
                permission.Allows(AccessKind.Read, "v-jo"),
                permission.Allows(AccessKind.Read, "v-other"),
                permission.Allows(AccessKind.Write, "v-jo")),
            Is.EqualTo((true, false, false)));
    }

    [Test]
    public void A_pattern_that_takes_too_long_is_told_once_with_whose_it_is()
    {
        const string Slow = @"^(a+)+\1$";
        string name = new string('a', 254) + "!", key = name[1..];
        var told = new List<(string, string, string, string)>();
        var permissions = new PermissionStore(_catalog)
        {
            PatternTooSlow = (pattern, user, host, what) => told.Add((pattern, user, host, what))
        };
        permissions.Put(new Permission("jo", "v", "", Slow, ""));
        permissions.PutTopic(new TopicPermission("joe", "w", "x", "", Slow));

        for (int times = 0; times < 2; times++)
        {
            Assert.That(permissions.Allows("v", "jo", AccessKind.Write, name), Is.False);
            Assert.That(permissions.AllowsTopic("w", "joe", AccessKind.Read, "x", key), Is.False);
        }

        Assert.That(told, Is.EqualTo(new[] { (Slow, "jo", "v", name), (Slow, "joe", "w", key) }));
    }

    [Test]
    public void What_a_newer_version_has_written_is_not_taken_for_a_permission()
    {
        byte[] permission = PermissionCodec.Write(new Permission("jo", "v", "c", "w", "r")),
            topic = PermissionCodec.Write(new TopicPermission("jo", "v", "x", "w", "r"));
        permission[0] = topic[0] = 2;

        Assert.That(() => PermissionCodec.ReadPermission(["v", "jo"], permission), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => PermissionCodec.ReadTopicPermission(["v", "jo", "x"], topic), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Every_change_is_a_new_version_and_names_the_virtual_host()
    {
        var permissions = new PermissionStore(_catalog);
        var changed = new List<(string, int)>();
        permissions.Changed += name => changed.Add((name, permissions.Version));

        permissions.Put(new Permission("jo", "a", ".*", ".*", ".*"));
        permissions.PutTopic(new TopicPermission("jo", "b", "x", ".*", ".*"));
        permissions.DeleteVirtualHost("b");
        permissions.Delete("a", "jo");

        Assert.That(changed, Is.EqualTo(new[] { ("a", 1), ("b", 2), ("b", 3), ("a", 4) }));
        Assert.That(_catalog.Entries, Is.Empty);
    }
}
