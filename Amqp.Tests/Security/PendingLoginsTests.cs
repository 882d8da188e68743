using System.Net;
using Amqp.Server.Connections;
using Amqp.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Tests.Security;

/// <summary>
/// A limited number of connections may wait for their login. If there are more, the broker closes the oldest of them and logs this.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class PendingLoginsTests
{
    private readonly ManualClock _clock = new();
    private readonly ListLogger _log = new();

    [Test]
    public void The_one_that_waits_longest_is_cut_off_and_those_that_logged_in_or_went_do_not_count()
    {
        var pending = new PendingLogins(2, _clock, _log);
        var first = new Visit(pending);
        var second = new Visit(pending);
        Assert.That((pending.Count, first.IsCutOff), Is.EqualTo((2, false)));

        PendingLogins.NoteOpened(second.Connection);
        var third = new Visit(pending);
        Assert.That((pending.Count, first.IsCutOff), Is.EqualTo((2, false)), "a connection that has logged in is no longer pending");

        var fourth = new Visit(pending);
        Assert.That((first.IsCutOff, second.IsCutOff, third.IsCutOff, fourth.IsCutOff), Is.EqualTo((true, false, false, false)));

        first.End(); // this connection was closed already to make space, so its end removes no other connection
        second.End();
        Assert.That(pending.Count, Is.EqualTo(2));
        third.End();
        Assert.That(pending.Count, Is.EqualTo(1));
        var fifth = new Visit(pending);
        Assert.That((fourth.IsCutOff, fifth.IsCutOff), Is.EqualTo((false, false)), "a connection that has ended makes space");
    }

    [Test]
    public void What_is_said_of_them_is_a_line_in_ten_seconds_with_their_number()
    {
        var pending = new PendingLogins(1, _clock, _log);
        for (int i = 0; i < 5; i++)
            _ = new Visit(pending, port: i);
        Assert.That(_log.Lines.Select(line => line.Split(' ')[2]), Is.EqualTo(["1"]));
        Assert.That(
            _log.Lines[0],
            Does.EndWith("1 connections were cut off that had not logged in, the last from 192.0.2.1:0: more than 1 were waiting"));

        _clock.Pass(9_999);
        _ = new Visit(pending);
        Assert.That(_log.Lines, Has.Count.EqualTo(1));
        _clock.Pass(1);
        _ = new Visit(pending);
        Assert.That(_log.Lines.Select(line => line.Split(' ')[2]), Is.EqualTo(["1", "5"]));
    }

    [Test]
    public void Without_a_limit_nobody_is_cut_off()
    {
        var pending = new PendingLogins(0, _clock, _log);

        Assert.That(Enumerable.Range(0, 100).Select(_ => new Visit(pending)).ToList(), Has.None.Matches<Visit>(visit => visit!.IsCutOff));
    }

    /// <summary>A connection that waits for its login until the test ends it.</summary>
    private sealed class Visit
    {
        private readonly TaskCompletionSource _end = new();

        public Visit(PendingLogins pending, int port = 0)
        {
            Connection.RemoteEndPoint = new IPEndPoint(IPAddress.Parse("192.0.2.1"), port);
            pending.OnConnectedAsync(Connection, _ => _end.Task);
        }

        public AbortableConnection Connection { get; } = new();

        public bool IsCutOff => Connection.IsAborted;

        public void End() => _end.SetResult();
    }

    /// <summary>A connection that records an abort at once. The base class would only cancel a token later, on the thread pool.</summary>
    private sealed class AbortableConnection : DefaultConnectionContext
    {
        public bool IsAborted { get; private set; }

        public override void Abort(ConnectionAbortedException abortReason) => IsAborted = true;
    }
}
