namespace Cluster.Load;

/// <summary>The messages of one channel that are not confirmed. Thread-safe.</summary>
internal sealed class ConfirmTracker(Ledger ledger)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<ulong, MessageId> _outstanding = [];
    private readonly Dictionary<ulong, (bool IsMultiple, Outcome Outcome)> _early = []; // of messages that are not yet added
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _last;

    /// <summary>Adds the message that was published next on the channel.</summary>
    public void Add(MessageId id)
    {
        (bool IsMultiple, Outcome Outcome) early;
        bool isEarly;
        lock (_lock)
        {
            _outstanding.Add(++_last, id);
            isEarly = _early.Remove(_last, out early);
        }
        if (isEarly)
            _ = NoteAsync(_last, early.IsMultiple, early.Outcome);
    }

    /// <summary>Notes an answer of the broker.</summary>
    public Task NoteAsync(ulong tag, bool isMultiple, Outcome outcome)
    {
        List<MessageId> answered = [];
        lock (_lock)
        {
            if (tag > _last)
                _early[tag] = (isMultiple, outcome);
            ulong[] tags = isMultiple ? [.. _outstanding.Keys.TakeWhile(one => one <= tag)] : [tag];
            foreach (ulong one in tags)
            {
                if (_outstanding.Remove(one, out MessageId id))
                    answered.Add(id);
            }
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        ledger.SetOutcome(answered, outcome);
        return Task.CompletedTask;
    }

    /// <summary>Waits until fewer messages than a number are outstanding.</summary>
    /// <exception cref="TimeoutException">No confirm came within the time limit.</exception>
    public async Task WaitForRoomAsync(int number, TimeSpan limit)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_outstanding.Count < number)
                    return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(limit);
        }
    }
}
