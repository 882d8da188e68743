using Amqp.Server.Broker.Access;
using Amqp.Server.Management.Http;
using Amqp.Tests.Support;

namespace Amqp.Tests.Security;

/// <summary>Login sessions expire. The broker removes old sessions to make space for new sessions. The tests set the clock.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LoginSessionsTests
{
    private readonly ManualClock _clock = new();
    private readonly UserStore _users;
    private readonly LoginSessions _sessions;

    public LoginSessionsTests()
    {
        var catalog = new MemoryCatalog();
        _users = new UserStore(catalog, new PermissionStore(catalog), []);
        foreach (string user in new[] { "a", "b" })
            _users.Put(new User(user, PasswordHash.Create(user), UserTags.None));
        _sessions = new LoginSessions(TimeSpan.FromSeconds(10), most: 4, _clock);
    }

    [Test]
    public void A_session_holds_for_its_time_and_no_longer()
    {
        string token = Begin("a");
        _clock.Pass(9_999);
        Assert.That(Holds(token));

        _clock.Pass(1);

        Assert.That((Holds(token), _sessions.Count), Is.EqualTo((false, 0)));
    }

    [Test]
    public void Where_there_are_too_many_who_has_most_loses_the_oldest()
    {
        string[] ofA = [Begin("a"), Begin("a"), Begin("a")];
        string ofB = Begin("b"), another = Begin("b");

        Assert.That(ofA.Append(ofB).Append(another).Select(Holds), Is.EqualTo([false, true, true, true, true]));
    }

    [Test]
    public void The_oldest_of_all_stays_when_another_user_has_most()
    {
        string oldest = Begin("b");
        string[] ofA = [Begin("a"), Begin("a"), Begin("a")];
        string last = Begin("b");

        Assert.That(ofA.Prepend(oldest).Append(last).Select(Holds), Is.EqualTo([true, false, true, true, true]));
    }

    [Test]
    public void Sessions_that_are_over_make_room_before_any_that_hold()
    {
        Begin("b");
        _clock.Pass(9_000);
        string[] later = [Begin("a"), Begin("a"), Begin("a")];
        _clock.Pass(1_000);

        string last = Begin("b");

        Assert.That(later.Append(last).Select(Holds), Has.All.True);
    }

    [Test]
    public void The_end_of_one_session_or_of_a_users_is_not_that_of_others()
    {
        string one = Begin("a"), other = Begin("a"), third = Begin("a"), ofB = Begin("b");
        _sessions.End(one);
        Assert.That(new[] { one, other, third, ofB }.Select(Holds), Is.EqualTo([false, true, true, true]));

        _sessions.EndAll("a");

        Assert.That(new[] { one, other, third, ofB }.Select(Holds), Is.EqualTo([false, false, false, true]));
    }

    [TestCase("password")]
    [TestCase("tags")]
    public void Another_password_or_other_tags_end_the_session(string what)
    {
        string token = Begin("a");
        var user = _users.Find("a")!;
        _users.Put(user with { Tags = UserTags.None }); // sets the same tags
        Assert.That(Holds(token));

        // sets the same password with a new salt
        _users.Put(what == "tags"
            ? user with { Tags = UserTags.Parse("monitoring") }
            : user with { PasswordHash = PasswordHash.Create("a") });

        Assert.That(Holds(token), Is.False);
    }

    [Test]
    public void A_session_that_is_not_used_ends_early()
    {
        var sessions = new LoginSessions(TimeSpan.FromSeconds(10), most: 4, _clock) { IdleTimeout = TimeSpan.FromSeconds(2) };
        string used = sessions.Begin(_users.Find("a")!), unused = sessions.Begin(_users.Find("a")!);
        _clock.Pass(1_999);
        Assert.That(sessions.Find(used, _users), Is.EqualTo("a"));

        _clock.Pass(1);

        Assert.That((sessions.Find(used, _users), sessions.Find(unused, _users)), Is.EqualTo(("a", (string?)null)));
    }

    [Test]
    public void The_end_of_a_session_is_known_and_does_not_move_by_use()
    {
        string token = Begin("a");
        var end = _sessions.EndOf(token);
        _clock.Pass(5_000);
        Assert.That(Holds(token));

        Assert.That(_sessions.EndOf(token), Is.EqualTo(end).Within(TimeSpan.FromMilliseconds(1)));
        Assert.That(_sessions.EndOf("other"), Is.Null);
    }

    private string Begin(string user)
    {
        _clock.Pass(1); // makes sure that no two sessions have the same age
        return _sessions.Begin(_users.Find(user)!);
    }

    private bool Holds(string token) => _sessions.Find(token, _users) is not null;
}
