using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Definitions;
using Amqp.Storage.Catalog;
using Amqp.Tests.Support;

namespace Amqp.Tests.Security;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class UserStoreTests
{
    private readonly MemoryCatalog _catalog = new();

    [Test]
    public void A_user_is_there_after_a_restart([Values("sha256", "sha512", "md5")] string algorithm)
    {
        Open()
            .Put(new User(
                "jo/doe ü",
                PasswordHash.Create("secret", HashingAlgorithms.Find($"rabbit_password_hashing_{algorithm}")!.Value),
                UserTags.Parse("policymaker, monitoring")));

        var user = Open().Find("jo/doe ü")!;

        Assert.That(user.PasswordHash.Verify("secret"));
        Assert.That(user.Tags.Names, Is.EqualTo(new[] { "policymaker", "monitoring" }));
    }

    [Test]
    public void A_deleted_user_stays_deleted_and_leaves_no_permissions()
    {
        var permissions = new PermissionStore(_catalog);
        var users = new UserStore(_catalog, permissions, []);
        users.Put(new User("jo", PasswordHash.None, UserTags.None));
        permissions.Put(new Permission("jo", "/", ".*", ".*", ".*"));
        permissions.PutTopic(new TopicPermission("jo", "/", "amq.topic", ".*", ".*"));

        Assert.That(users.Delete("jo"));

        Assert.That(
            (Open().Find("jo"), permissions.Find("/", "jo"), permissions.FindTopic("/", "jo", "amq.topic")),
            Is.EqualTo(default((User?, Permission?, TopicPermission?))));
        Assert.That(_catalog.Entries, Is.Empty);
    }

    [Test]
    public void Deleting_nobody_tells_nobody()
    {
        var users = Open();
        users.Deleted += name => Assert.Fail(name);

        Assert.That(users.Delete("nobody"), Is.False);
    }

    [TestCase("secret", ExpectedResult = true)]
    [TestCase("Secret", ExpectedResult = false)]
    [TestCase("", ExpectedResult = false)]
    public bool Only_the_right_password_lets_a_user_in(string password)
    {
        var users = Open();
        users.Put(new User("jo", PasswordHash.Create("secret"), UserTags.None));

        return users.Authenticate("jo", password, isLoopback: true, out _) is not null;
    }

    [Test]
    public void A_blank_password_lets_nobody_in_even_if_it_is_the_right_one()
    {
        var users = Open();
        users.Put(new User("jo", PasswordHash.Create(""), UserTags.None));
        users.Put(new User("joe", PasswordHash.None, UserTags.None));

        Assert.That(
            (users.Authenticate("jo", "", true, out _), users.Authenticate("joe", "", true, out _)),
            Is.EqualTo(default((User?, User?))));
    }

    [Test]
    public void A_loopback_user_is_let_in_from_this_machine_only()
    {
        var users = Open("jo");
        users.Put(new User("jo", PasswordHash.Create("secret"), UserTags.None));

        Assert.That(users.Authenticate("jo", "secret", isLoopback: true, out _), Is.Not.Null);
        Assert.That(users.Authenticate("jo", "secret", isLoopback: false, out string refusal), Is.Null);
        Assert.That(refusal, Is.EqualTo("user 'jo' can only connect via localhost"));
    }

    /// <summary>
    /// A certificate or a session cookie proves the name of a user. The broker still checks that the user may connect from this address.
    /// </summary>
    [Test]
    public void Who_has_proved_the_name_otherwise_is_let_in_from_where_a_password_would_do()
    {
        var users = Open("jo");
        users.Put(new User("jo", PasswordHash.None, UserTags.None));
        users.Put(new User("joe", PasswordHash.None, UserTags.None));

        string[] answers = [.. new[] { ("jo", true), ("jo", false), ("joe", false), ("nobody", true) }.Select(
            who => users.Admit(who.Item1, who.Item2, out string refusal)?.Name ?? refusal)];

        Assert.That(answers, Is.EqualTo(new[] { "jo", "user 'jo' can only connect via localhost", "joe", "no such user" }));
    }

    /// <summary>
    /// Permissions are deleted before their user. After a crash in between, no permissions are left for a later user of the same name.
    /// </summary>
    [Test]
    public void What_a_user_may_do_is_deleted_before_the_user()
    {
        var catalog = new WatchedCatalog(_catalog);
        var permissions = new PermissionStore(catalog);
        var users = new UserStore(catalog, permissions, []);
        users.Deleting += name => catalog.Removed.Add($"deleting {name}");
        users.Put(new User("jo", PasswordHash.None, UserTags.None));
        permissions.Put(new Permission("jo", "/", ".*", ".*", ".*"));
        permissions.PutTopic(new TopicPermission("jo", "/", "amq.topic", ".*", ".*"));

        users.Delete("jo");

        Assert.That(
            (catalog.Removed.Count, catalog.Removed[0], catalog.Removed[^1]),
            Is.EqualTo((4, "deleting jo", DefinitionKey.OfUser("jo"))));
    }

    [Test]
    public void What_a_newer_version_has_written_or_is_damaged_is_not_taken_for_a_user()
    {
        var user = new User("jo", PasswordHash.Create("secret"), UserTags.None);
        byte[] written = UserCodec.Write(user), newer = UserCodec.Write(user);
        newer[0] = 2;

        Assert.That(UserCodec.Read("jo", written).PasswordHash.Verify("secret"));
        Assert.That(() => UserCodec.Read("jo", newer), Throws.TypeOf<InvalidDataException>());
        foreach (int length in new[] { 0, 3, written.Length - 1 })
            Assert.That(() => UserCodec.Read("jo", written.AsSpan(0, length)), Throws.TypeOf<InvalidDataException>(), $"{length} octets");
    }

    [Test]
    public void A_user_of_a_version_without_permissions_is_known_as_such()
    {
        var hash = PasswordHash.Create("secret");
        _catalog.Put(DefinitionKey.OfUser("old"), [(byte)hash.Octets.Length, .. hash.Octets, .. "administrator"u8]);

        var users = Open();

        Assert.That(users.WithoutPermissions, Is.EqualTo(new[] { "old" }));
        Assert.That(users.Find("old")!.Tags.IsAdministrator);
        Assert.That(users.Authenticate("old", "secret", true, out _), Is.Not.Null);
        users.Put(users.Find("old")!);
        Assert.That(Open().WithoutPermissions, Is.Empty);
    }

    private UserStore Open(params string[] loopbackUsers) => new(_catalog, new PermissionStore(_catalog), loopbackUsers);

    /// <summary>A catalog that records the order in which entries are removed.</summary>
    private sealed class WatchedCatalog(MemoryCatalog inner) : ICatalog
    {
        public List<string> Removed { get; } = [];

        public IReadOnlyList<KeyValuePair<string, byte[]>> Entries => inner.Entries;

        public void Put(string key, ReadOnlySpan<byte> value) => inner.Put(key, value);

        public void Remove(string key)
        {
            Removed.Add(key);
            inner.Remove(key);
        }
    }
}
