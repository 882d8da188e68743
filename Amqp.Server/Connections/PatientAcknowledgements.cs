using Amqp.Server.Channels;
using Amqp.Server.Transport;

namespace Amqp.Server.Connections;

/// <summary>
/// Lets the acknowledgements of a connection wait until the thread that reads them wakes up for another reason, if no delivery waits for
/// them. More than a third of the CPU time for a lone message is for threads that fall asleep and wake up.
/// </summary>
/// <remarks>
/// Owned by the read loop. <see cref="Outbox.AwaitAcknowledgements"/> ends the patience when deliveries may have to wait.
/// </remarks>
/// <param name="socket">The connection's socket; null if another transport serves it.</param>
/// <param name="outbox">The connection's output.</param>
internal sealed class PatientAcknowledgements(LoopConnection? socket, Outbox outbox)
{
    private const int FewReads = 8;
    private const int ManyReads = 1024;

    private int _needed = FewReads; // number of reads in a row after which the patience begins
    private int _reads; // number of reads in a row that consisted of acknowledgements
    private bool _isPatient;

    /// <summary>True if the connection can be patient, so that <see cref="NoteRead"/> must be called.</summary>
    public bool IsPossible => socket is not null;

    /// <summary>Notes what was read. Call before the next read.</summary>
    /// <param name="areAcknowledgements">True if the client sent acknowledgements only, and only few.</param>
    /// <param name="channels">The open channels.</param>
    public void NoteRead(bool areAcknowledgements, ChannelTable channels)
    {
        if (_isPatient && (!areAcknowledgements || !socket!.IsPatient))
            End();
        _reads = areAcknowledgements ? _reads + 1 : 0;
        if (!_isPatient && _reads >= _needed)
            TryBegin(channels);
    }

    private void TryBegin(ChannelTable channels)
    {
        _reads = 0;
        lock (outbox.Gate) // otherwise a delivery could use up the prefetch before the patience has begun
        {
            if (!channels.HavePrefetchToSpare)
                return;
            socket!.BeginPatience();
        }
        _isPatient = true;
    }

    /// <summary>Ends the patience. If it was short, the next one begins later, because the change itself costs time.</summary>
    private void End()
    {
        socket!.EndPatience();
        _needed = _reads > 4 * _needed ? FewReads : Math.Min(2 * _needed, ManyReads);
        (_isPatient, _reads) = (false, 0);
    }
}
