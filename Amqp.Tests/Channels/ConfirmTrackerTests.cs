using System.Globalization;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Sessions;
using Amqp.Tests.Support;

namespace Amqp.Tests.Channels;

/// <summary>The confirm tracker decides when a publish is confirmed or refused, and answers with as few methods as possible.</summary>
public sealed class ConfirmTrackerTests
{
    /// <summary>
    /// The first parameter lists publishes: the log position at which each is durable, <c>r</c> if a queue refuses it, <c>n</c> if it is
    /// never durable. The second lists events: <c>@</c> and the log position that is now durable, or <c>!</c> for a failure of the store.
    /// The third lists the expected answers, in which + is the flag multiple.
    /// </summary>
    [TestCase("0", "@0", "ack 1")]
    [TestCase("0 0", "@0", "ack 2+")]
    [TestCase("0 0 0", "@0", "ack 3+")]
    [TestCase("10", "@9", "")]
    [TestCase("10", "@10", "ack 1")]
    [TestCase("10 0", "@9", "", Description = "a transient publish behind a persistent one does not confirm it")]
    [TestCase("0 10", "@9", "")]
    [TestCase("20 10", "@10", "")]
    [TestCase("10 0", "@10", "ack 2+")]
    [TestCase("10 | 20", "@10", "ack 1")]
    [TestCase("10 | 20", "@20", "ack 2+")]
    [TestCase("10 | 0", "@9", "", Description = "answers come in the order of the publishes")]
    [TestCase("10 | 20 | 30", "@10 @30", "ack 1, ack 3+")]
    [TestCase("10 | 20", "@10 @20", "ack 1, ack 2")]
    [TestCase("r", "@0", "nack 1")]
    [TestCase("0 r", "@0", "ack 1, nack 2")]
    [TestCase("r 0", "@0", "nack 1, ack 2")]
    [TestCase("0 0 r 0 0", "@0", "ack 2+, nack 3, ack 5+")]
    [TestCase("r r", "@0", "nack 1, nack 2")]
    [TestCase("10 r 0", "@9", "", Description = "a refusal waits for those in front of it")]
    [TestCase("10 r 0", "@10", "ack 1, nack 2, ack 3")]
    [TestCase("10", "!", "nack 1")]
    [TestCase("10 10", "!", "nack 2+")]
    [TestCase("10 | 20", "!", "nack 2+")]
    [TestCase("10 10 10", "!", "nack 3+")]
    [TestCase("10 | 20 | 30", "@10 !", "ack 1, nack 3+")]
    [TestCase("10 | 20", "@10 !", "ack 1, nack 2")]
    [TestCase("10", "@10 !", "ack 1", Description = "what was answered is not answered again")]
    [TestCase("n", "@1000", "")]
    [TestCase("0 n", "!", "nack 2+")]
    public void A_publish_is_answered_when_it_is_safe_and_refused_when_it_never_will_be(string rounds, string then, string answers)
    {
        var (sink, tracker) = (new AnswerSink(), new ConfirmTracker(new ChannelCounts()));
        foreach (string round in rounds.Split(" | "))
        {
            foreach (string publish in round.Split(' '))
            {
                if (publish == "r")
                    tracker.NoteRefused();
                else
                    tracker.Note(publish == "n" ? ConfirmTracker.Never : long.Parse(publish, CultureInfo.InvariantCulture));
            }
            tracker.Seal();
        }
        foreach (string step in then.Split(' '))
        {
            if (step == "!")
                tracker.Refuse(sink);
            else
                tracker.Confirm(long.Parse(step[1..], CultureInfo.InvariantCulture), sink);
        }

        Assert.That(string.Join(", ", sink.Answers), Is.EqualTo(answers));
        Assert.That(tracker.IsWaiting, Is.EqualTo(tracker.WaitingCount > 0), "only unconfirmed publishes are counted");
    }

    [Test]
    public void A_round_without_publishes_waits_for_nothing()
    {
        var tracker = new ConfirmTracker(new ChannelCounts());
        tracker.Note(10);

        Assert.That((tracker.Seal(), tracker.Seal()), Is.EqualTo((10, 0)));
        tracker.Note(0);
        Assert.That(tracker.Seal(), Is.Zero, "positions of an earlier round are no longer waited for");
    }

    [Test]
    public void What_was_confirmed_is_counted_and_what_was_refused_is_not()
    {
        var counts = new ChannelCounts();
        var tracker = new ConfirmTracker(counts);
        foreach (bool isRefused in new[] { false, true, false, false })
        {
            if (isRefused)
                tracker.NoteRefused();
            else
                tracker.Note(0);
        }
        tracker.Seal();
        tracker.Confirm(0, new AnswerSink());

        Assert.That((counts.Read().PublishConfirm, counts.Read().Confirm, tracker.WaitingCount), Is.EqualTo((4, 3, 0)));
    }
}
