namespace Amqp.Storage.Faults;

/// <summary>Kinds of background work of a store. If such work fails, no message is lost, and the work is retried.</summary>
public enum BackgroundWork
{
    /// <summary>
    /// Writes the index of a full segment. Until the index is written, the queue entries of the segment's messages stay in memory.
    /// </summary>
    Indexing,

    /// <summary>Copies the settle records of a dead segment to older segments, so that the dead segment can be deleted.</summary>
    Folding,

    /// <summary>Rewrites a segment that consists mostly of dead records. If the rewrite fails, the old segment stays in use.</summary>
    Compacting,

    /// <summary>Deletes files of the log that are no longer needed.</summary>
    Deleting,

    /// <summary>Writes transient messages to page files, and deletes page files. Messages that cannot be written stay in memory.</summary>
    Paging,

    /// <summary>Any work that ended in an unexpected exception.</summary>
    Housekeeping,
}
