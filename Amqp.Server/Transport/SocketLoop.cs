using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Amqp.Server.Broker.Faults;
using Microsoft.Win32.SafeHandles;

namespace Amqp.Server.Transport;

/// <summary>A thread that waits for the sockets of its connections, and runs the connections' code when a socket is ready.</summary>
/// <remarks>
/// The code must not block: meanwhile, no other connection of the loop is served. The thread owns the fields, except as marked.
/// </remarks>
internal sealed class SocketLoop : IDisposable
{
    /// <summary>Maximum time in milliseconds that octets of a patient connection wait.</summary>
    public const int Patience = 2;

    private const long WakeUpKey = 0; // connections have positive keys
    private const long PatientKey = -1;

    private static readonly long _patienceTime = Patience * Stopwatch.Frequency / 1000;

    private readonly SocketLoops _loops;
    private readonly ContainedFaults _faults;
    private readonly ConcurrentQueue<TaskCompletionSource> _toRespond = new(); // thread-safe
    private readonly SafeFileHandle _wakeUp = SocketCalls.CreateEvent(); // thread-safe
    private volatile bool _isStopping;
    private volatile int _threadId; // 0 until the thread runs
    private readonly List<IDeferredWork> _deferred = []; // work to do after all ready sockets have been served
    private bool _isAtRest = true; // the loop sleeps until it is woken, also by the patient set
    private int _patient; // number of sockets in the patient set; changed with Interlocked
    private readonly Thread _thread;

    public SocketLoop(SocketLoops loops, ContainedFaults faults, int number)
    {
        (_loops, _faults, Number) = (loops, faults, number);
        _thread = new Thread(Run) { IsBackground = true, Name = $"Socket loop {number}" };
        Sockets.Add(_wakeUp, PollEvents.Input, WakeUpKey);
        Sockets.Add(Patient.Descriptor, PollEvents.Input, PatientKey);
    }

    /// <summary>Number of the loop, beginning with 0.</summary>
    public int Number { get; }

    /// <summary>The sockets of the loop's connections. Thread-safe.</summary>
    public PollSet Sockets { get; } = new();

    /// <summary>The sockets whose octets may wait until the loop has another reason to wake up. Thread-safe.</summary>
    public PollSet Patient { get; } = new();

    /// <summary>The load of the loop.</summary>
    public LoopLoad Load { get; } = new();

    /// <summary>Number of windows in a row in which the first loop could have done this loop's work.</summary>
    public int CalmWindows { get; set; }

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Adds a socket to the patient set. Any thread may call this method.</summary>
    public void BeginPatience(SafeHandle socket, PollEvents events, long key)
    {
        Patient.Add(socket, events, key);
        Interlocked.Increment(ref _patient);
    }

    /// <summary>Removes a socket from the patient set. Any thread may call this method.</summary>
    public void EndPatience(SafeHandle socket)
    {
        Patient.Remove(socket);
        Interlocked.Decrement(ref _patient);
    }

    /// <summary>Does work after all sockets that are ready have been served. Any thread may call this method.</summary>
    /// <returns>False if the caller is not the loop's thread. The caller must then do the work.</returns>
    public bool TryDefer(IDeferredWork work)
    {
        if (Environment.CurrentManagedThreadId != _threadId)
            return false;
        _deferred.Add(work);
        return true;
    }

    /// <summary>Completes when the loop's thread has handled the events before this call. Any thread may call this method.</summary>
    public Task RespondAsync()
    {
        var responded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _toRespond.Enqueue(responded);
        SocketCalls.Signal(_wakeUp);
        return responded.Task;
    }

    /// <summary>Ends the thread. Does not close the connections.</summary>
    public void Dispose()
    {
        _isStopping = true;
        SocketCalls.Signal(_wakeUp);
        _thread.Join();
        Sockets.Dispose();
        Patient.Dispose();
        _wakeUp.Dispose();
    }

    private void Run()
    {
        _threadId = Environment.CurrentManagedThreadId;
        while (!_isStopping)
        {
            Load.BeginWait();
            int ready = Sockets.Wait(_isAtRest ? -1 : Patience);
            long waited = Load.EndWait();
            bool isPatientOnly = ready == 1 && Sockets.KeyAt(0) == PatientKey;
            Serve(Sockets, ready);
            if (Volatile.Read(ref _patient) > 0)
                Serve(Patient, Patient.Wait(timeout: 0));
            ChangeRest(ready, isPatientOnly, waited);
            RunDeferred();
            if (!Load.IsWindowOver())
                continue;
            Balance();
            Load.BeginWindow();
        }
    }

    private void Balance()
    {
        try
        {
            _loops.Balance(this);
        }
        catch (Exception error)
        {
            _faults.Note(Compartment.Broker, $"the balance of socket loop {Number}", error);
        }
    }

    /// <summary>Lets the patient set wake the loop while there is little else that does.</summary>
    /// <remarks>One change for the whole set: it would cost more to remove the connections from the set, and to add them again.</remarks>
    /// <param name="ready">Number of ready sockets in the last wait.</param>
    /// <param name="isPatientOnly">True if only the patient set has woken the loop.</param>
    /// <param name="waited">Duration of the last wait.</param>
    private void ChangeRest(int ready, bool isPatientOnly, long waited)
    {
        bool isAtRest = _isAtRest
            ? isPatientOnly || waited >= _patienceTime || Volatile.Read(ref _patient) == 0
            : ready == 0;
        if (isAtRest == _isAtRest)
            return;
        Sockets.Change(Patient.Descriptor, isAtRest ? PollEvents.Input : PollEvents.None, PatientKey);
        _isAtRest = isAtRest;
    }

    private void Serve(PollSet set, int ready)
    {
        for (int i = 0; i < ready; i++)
            Serve(set.KeyAt(i), set.EventsAt(i));
    }

    private void RunDeferred()
    {
        if (_deferred.Count == 0)
            return;
        foreach (var work in _deferred)
        {
            try
            {
                work.Run();
            }
            catch (Exception error)
            {
                _faults.Note(Compartment.Connection, $"deferred work of socket loop {Number}", error);
            }
        }
        _deferred.Clear();
    }

    private void Serve(long key, PollEvents events)
    {
        if (key == WakeUpKey)
        {
            Respond();
        }
        else if (key != PatientKey && _loops.Connections.Find(key) is { } connection)
        {
            try
            {
                connection.OnReady(this, events);
            }
            catch (Exception error)
            {
                _faults.Note(Compartment.Connection, $"a socket of {connection.RemoteEndPoint}", error);
                _faults.Contain(Compartment.Connection, $"the end of a connection of {connection.RemoteEndPoint}", connection.Abort);
            }
            Load.NoteServed(connection);
        }
    }

    private void Respond()
    {
        SocketCalls.Reset(_wakeUp);
        while (_toRespond.TryDequeue(out var responded))
            responded.SetResult();
    }
}
