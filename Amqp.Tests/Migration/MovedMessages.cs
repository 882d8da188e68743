namespace Amqp.Tests.Migration;

/// <summary>Compares the messages of a queue with those that were published.</summary>
internal static class MovedMessages
{
    /// <summary>Asserts that no message is lost, and that the first arrivals have the order of the publishes.</summary>
    /// <returns>Number of messages that arrived more than once.</returns>
    public static int Check(string queue, IReadOnlyCollection<string> sent, IReadOnlyCollection<string> arrived)
    {
        var first = arrived.Distinct().ToList();
        if (!first.SequenceEqual(sent))
        {
            var missing = sent.Except(first).Count();
            var foreign = first.Except(sent).Count();
            Assert.Fail(
                $"{queue}: {sent.Count} sent, {first.Count} different ones arrived, {missing} are missing, {foreign} were never sent"
                    + (missing + foreign == 0 ? ", the order differs" : ""));
        }
        return arrived.Count - first.Count;
    }
}
