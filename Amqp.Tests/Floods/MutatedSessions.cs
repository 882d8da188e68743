namespace Amqp.Tests.Floods;

/// <summary>Sends the frames of valid sessions, with random changes in some of them.</summary>
internal sealed class MutatedSessions(int port, int seed) : Offender(port, lastOctet: 5, tasks: 24, seed)
{
    // the attacker disconnects if the broker sends nothing for this long
    private static readonly TimeSpan _silence = TimeSpan.FromMilliseconds(100);

    protected override async Task OffendAsync(Random random, CancellationToken stop)
    {
        using var socket = await DialAsync(stop);
        // Most sessions have a valid handshake, because changes in the handshake seldom find faults.
        var frames = Session.Random(random);
        bool spoilsHandshake = random.Next(8) == 0;
        var spoilt = FrameMutator.Mutate(spoilsHandshake ? [.. Session.Handshake, .. frames] : frames, random);
        byte[] bytes = [.. (spoilsHandshake ? spoilt : Session.Handshake.Concat(spoilt)).SelectMany(frame => frame)];
        var hearing = HearOutAsync(socket, _silence, stop);
        await SendAsync(socket, bytes, stop);
        if (random.Next(4) == 0)
            Reset(socket);
        else
            await hearing;
    }
}
