namespace AmqpBroker.Embedded.Processes;

/// <summary>The last lines that a broker printed. Thread-safe.</summary>
/// <param name="lineLogged">Receives each line; null if no caller wants the lines.</param>
internal sealed class BrokerLog(Action<string>? lineLogged)
{
    private const int MostLines = 10_000;
    private const int ShownLines = 50;

    private readonly Queue<string> _lines = new(); // also used as the lock

    /// <summary>A copy of the lines, the oldest first.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return _lines.ToArray();
        }
    }

    /// <summary>The last lines as one text for the message of an exception.</summary>
    public string End
    {
        get
        {
            IReadOnlyList<string> lines = Lines;
            return lines.Count == 0
                ? "It printed nothing."
                : $"It printed:\n{string.Join("\n", lines.Skip(Math.Max(0, lines.Count - ShownLines)))}";
        }
    }

    /// <summary>Adds a line.</summary>
    public void Add(string line)
    {
        lock (_lines)
        {
            if (_lines.Count == MostLines)
                _lines.Dequeue();
            _lines.Enqueue(line);
        }
        try
        {
            lineLogged?.Invoke(line);
        }
        catch (Exception)
        {
            // Ignored, because an exception on this thread would end the caller's process.
        }
    }
}
