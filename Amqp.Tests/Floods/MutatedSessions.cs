namespace Amqp.Tests.Floods;

/// <summary>Sends valid sessions with some mutated frames.</summary>
internal sealed class MutatedSessions(int port, int seed) : Offender(port, lastOctet: 5, tasks: 24, seed)
{
    private static readonly TimeSpan _silence = TimeSpan.FromMilliseconds(100); // without an answer, until the offender disconnects

    protected override async Task OffendAsync(Random random, CancellationToken stop)
    {
        using var socket = await DialAsync(stop);
        // Mostly mutates frames after the handshake, because mutations of the handshake find hardly any fault.
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
