using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>Looks at each ready message of a queue once, for a job. Takes the messages that the job wants, and leaves all others.</summary>
/// <remarks>
/// A message that is left keeps its place, its mark of redelivery and its delivery count. Consumers can take it at any time: it leaves the
/// queue only while the scan holds the queue's lock to look at it. The lock of the queue guards the state.
/// </remarks>
internal sealed class QueueScan(QueueState state, QueueFaults faults, QueueReader reader)
{
    /// <summary>Number of messages to look at before the scan releases the lock for other threads.</summary>
    private const int MessagesPerLock = 512;

    /// <summary>Bytes of messages to look at before the scan releases the lock.</summary>
    private const long BytesPerLock = 1 << 20;

    /// <summary>Number of messages after which the store is asked to remove entries that the scan has loaded.</summary>
    private const int MessagesPerTrim = 65_536;

    private QueueMessages.Scan? _scan; // null while no scan runs
    private int _untrimmed; // messages that the scan has looked at since the last request to remove entries from memory

    /// <summary>Begins a scan of the messages that are ready now. The caller ends it by <see cref="End"/>.</summary>
    /// <param name="ready">Number of the messages.</param>
    /// <returns>False if another scan of the queue runs.</returns>
    /// <exception cref="BrokerException">404: the queue has crashed or is deleted.</exception>
    public bool TryBegin(out long ready)
    {
        lock (state.Gate)
        {
            DemandRunning();
            ready = state.Messages.Count;
            if (_scan is not null)
                return false;
            _scan = new QueueMessages.Scan(state.Messages);
            state.Queue.Use.RenewForGet();
            return true;
        }
    }

    /// <summary>Looks at the next messages, and copies those that the job wants.</summary>
    /// <param name="look">Decides about each message. Called under the lock of the queue.</param>
    /// <param name="batch">Receives the wanted messages, until it is full.</param>
    /// <param name="takes">True to take the wanted messages. The caller must settle them or put them back.</param>
    /// <returns>False if no message is left.</returns>
    /// <exception cref="BrokerException">
    /// 404: the queue has crashed or is deleted. 541: a message cannot be read from the disk now.
    /// </exception>
    public bool Next(IMessageLook look, ScanBatch batch, bool takes)
    {
        lock (state.Gate)
        {
            try
            {
                long bytes = 0;
                for (int left = MessagesPerLock; left > 0 && bytes < BytesPerLock && !batch.IsFull; left--)
                {
                    DemandRunning();
                    if (!reader.TryTakeOf(_scan, out var message, out var payload))
                    {
                        DemandRunning(); // the queue crashes if too many messages cannot be read
                        return false;
                    }
                    using (payload)
                        Look(look, batch, takes, message, payload.Payload);
                    bytes += message.Length;
                    Trim(1);
                }
                return true;
            }
            catch (QueueUnreadableException)
            {
                throw new BrokerException(BrokerError.Unavailable, $"{state.Place} cannot be read from the disk now");
            }
        }
    }

    /// <summary>Settles messages that the job has stored elsewhere.</summary>
    /// <param name="messages">Messages of the batch.</param>
    /// <param name="isBound">True if the settles count after a crash only if all earlier records of the log are durable.</param>
    public void Settle(ReadOnlySpan<StoredMessage> messages, bool isBound)
    {
        lock (state.Gate)
        {
            state.Traffic.NoteReturned(messages);
            state.Messages.Settle(messages, isBound);
        }
    }

    /// <summary>Returns messages to their places, as if they had never been taken.</summary>
    public void PutBack(ReadOnlySpan<StoredMessage> messages, DispatchRound round)
    {
        if (messages.IsEmpty)
            return;
        lock (state.Gate)
        {
            state.Traffic.NoteReturned(messages);
            if (state.IsDeleted)
            {
                state.Messages.Settle(messages);
                return;
            }
            foreach (ref readonly var message in messages)
            {
                if (MessageNote.Expires(message.Note))
                    state.NoteExpiring();
                if (faults.IsCrashed)
                    faults.Strand(message);
                else
                    state.Messages.PutBack(message);
            }
        }
        round.Touch(state.Queue);
    }

    /// <summary>Ends the scan, if one runs.</summary>
    public void End()
    {
        lock (state.Gate)
        {
            _scan?.End();
            _scan = null;
            Trim(MessagesPerTrim);
        }
    }

    /// <exception cref="BrokerException">404: the queue has crashed or is deleted.</exception>
    private void DemandRunning()
    {
        if (state.IsDeleted)
            throw NameErrors.NoQueue(state.Declaration.Name, state.Host.VirtualHost);
        faults.DemandRunning();
    }

    private void Look(IMessageLook look, ScanBatch batch, bool takes, in StoredMessage message, ReadOnlySpan<byte> payload)
    {
        bool isTaken = false;
        try
        {
            if (!IsExpired(message, payload) && look.Wants(payload))
            {
                batch.Add(message, payload);
                isTaken = takes;
            }
        }
        finally
        {
            if (!isTaken)
                state.Messages.PutBack(message);
        }
        if (isTaken)
            state.Traffic.NoteTaken(new ReadOnlySpan<StoredMessage>(in message));
    }

    private void Trim(int more)
    {
        _untrimmed += more;
        if (_untrimmed < MessagesPerTrim)
            return;
        _untrimmed = 0;
        state.Services.Store.RequestTrim();
    }

    /// <summary>Returns true for a message that the queue removes itself when it comes to the front.</summary>
    private bool IsExpired(StoredMessage message, ReadOnlySpan<byte> payload) =>
        state.Rules.AreActive && state.Rules.IsOver(ref message, payload);
}

/// <summary>Decides which messages a job wants.</summary>
internal interface IMessageLook
{
    /// <summary>Returns true if the job wants the message. Called under the lock of the queue, so it must be quick.</summary>
    /// <param name="payload">Head and body of the message.</param>
    bool Wants(ReadOnlySpan<byte> payload);
}
