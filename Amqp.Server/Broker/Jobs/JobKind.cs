namespace Amqp.Server.Broker.Jobs;

/// <summary>The kinds of jobs.</summary>
internal enum JobKind
{
    /// <summary>Moves messages from a queue to another queue or to an exchange.</summary>
    Move,

    /// <summary>Publishes copies of the messages of a queue.</summary>
    Copy,

    /// <summary>Moves dead letters back to the queues in which they died, or to an exchange.</summary>
    Replay,

    /// <summary>Writes the messages of a queue to a file of the client.</summary>
    Export,

    /// <summary>Deletes messages of a queue.</summary>
    Delete,
}

/// <summary>The states of a job.</summary>
internal enum JobState
{
    /// <summary>The job works, or waits for the end of an alarm.</summary>
    Running,

    /// <summary>The job has handled all messages that it was to handle.</summary>
    Completed,

    /// <summary>A user or the stop of the broker has ended the job.</summary>
    Cancelled,

    /// <summary>The job has ended because of an error.</summary>
    Failed,
}

/// <summary>Names of the kinds and states, as used in the HTTP API.</summary>
internal static class JobNames
{
    public static string Name(this JobKind kind) => kind switch
    {
        JobKind.Copy => "copy",
        JobKind.Replay => "replay",
        JobKind.Export => "export",
        JobKind.Delete => "delete",
        _ => "move",
    };

    public static string Name(this JobState state) => state switch
    {
        JobState.Completed => "completed",
        JobState.Cancelled => "cancelled",
        JobState.Failed => "failed",
        _ => "running",
    };
}
