using Amqp.Schedules.Control;

namespace System.Collections.Concurrent;

/// <summary>Replaces the framework's type of this name. While a thread of a schedule waits, other threads of the schedule run.</summary>
internal sealed class BlockingCollection<T> : IEnumerable<T>
{
    private readonly Queue<T> _elements = [];
    private bool _isComplete;

    public void Add(T element)
    {
        lock (Atomic.Monitor)
        {
            if (_isComplete)
                throw new InvalidOperationException("No more elements are taken.");
            _elements.Enqueue(element);
        }
        Schedule.Point();
    }

    public void CompleteAdding()
    {
        lock (Atomic.Monitor)
            _isComplete = true;
        Schedule.Point();
    }

    public IEnumerable<T> GetConsumingEnumerable()
    {
        while (true)
        {
            Schedule.WaitUntil(() => _isComplete || _elements.Count > 0);
            if (!TryTake(out var element))
                yield break;
            yield return element;
        }
    }

    /// <summary>Returns an enumerator over a copy of the elements.</summary>
    public IEnumerator<T> GetEnumerator()
    {
        lock (Atomic.Monitor)
            return ((IEnumerable<T>)[.. _elements]).GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private bool TryTake([Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T element)
    {
        lock (Atomic.Monitor)
            return _elements.TryDequeue(out element);
    }
}
